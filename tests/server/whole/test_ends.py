"""Servers that end: told to, or killed. What was acknowledged is there, and what was concluded is the same."""

import signal
import threading
import time

import httpx
import numpy as np
import pytest

from vedette.store.home import Home
from vedette.store.lake import Lake
from vedette.store.reading import rows_of
from vedette.store.series import SeriesKey

DAY = 86_400_000_000
DAYS, BROKEN = 14, 8


def kept_rows(folder):
    home = Home(folder)
    try:
        return set(rows_of(Lake(home), "flights", None, 0, 1 << 60)["vd_id"].to_pylist())
    finally:
        home.close()


def test_a_server_that_is_told_to_end_has_all_that_it_acknowledged(launch, until, tmp_path):
    server = launch()
    acknowledged, refused = [], []

    def send():
        for seq in range(100_000):
            rows = [{"id": f"{seq}-{i}", "score": 0.5, "features": {"x": i}} for i in range(20)]
            try:
                reply = server.client.post("/v1/models/flights/predictions", json=rows)
            except httpx.TransportError:
                return
            if reply.status_code != 202:
                refused.append(reply.status_code)
                return
            acknowledged.extend(row["id"] for row in rows)

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: len(acknowledged) >= 400)
    assert server.end() in (0, -signal.SIGTERM)  # uvicorn ends by the signal it was given
    sender.join()
    assert acknowledged
    assert set(refused) <= {503}
    assert kept_rows(tmp_path / "home") >= set(acknowledged)
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_a_server_killed_while_it_evaluates_concludes_the_same(
    serve, launch, make, until, start, concluded, same, tmp_path
):
    whole = serve(tmp_path / "calm")
    reference, rows = make(30, start=start - 40 * DAY, seed=3), make(DAYS, start=start, broken_from=BROKEN)
    whole.watch(reference)
    whole.send(rows)
    until(lambda: whole.closed() >= DAYS - 1)
    whole.stop()

    rng = np.random.default_rng(1)
    server = launch()
    server.watch(reference)
    server.send(rows)
    for _ in range(4):
        time.sleep(float(rng.uniform(0.05, 0.9)))  # any moment will do: the promise holds at each
        server.end(signal.SIGKILL)
        server = launch()
    until(lambda: server.closed() >= DAYS - 1)
    server.end()
    calm, rough = concluded(tmp_path / "calm"), concluded(tmp_path / "home")
    assert SeriesKey("flights", "7", "psi") in calm[0]
    same(calm, rough)


def test_it_is_not_ready_once_it_was_told_to_end(serve, until):
    server = serve()
    until(lambda: server.client.get("/ready").status_code == 200)  # when all its work has come round once
    server.station.leave()
    reply = server.client.get("/ready")
    assert (reply.status_code, reply.json()["work"]["server"]) == (503, "stops")
