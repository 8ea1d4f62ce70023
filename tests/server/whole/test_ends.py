"""Servers that end: told to, or killed. What was acknowledged is there, and what was concluded is the same."""

import signal
import subprocess
import sys
import threading
import time

import httpx
import numpy as np
import pytest

from vedette.errors import StateError
from vedette.store import incidents, series, windows
from vedette.store.database import Database
from vedette.store.home import Home
from vedette.store.lake import Lake
from vedette.store.reading import rows_of
from vedette.store.series import SeriesKey

DAY = 86_400_000_000
DAYS, BROKEN = 14, 8


class Process:
    """A server as people run it."""

    def __init__(self, folder, port):
        command = [
            sys.executable,
            "-c",
            "from vedette.cli.main import main; main()",
            "serve",
            "--home",
            str(folder),
            "--port",
            str(port),
        ]
        self.log = folder.parent / f"log-{time.monotonic_ns()}"
        with self.log.open("w") as log:
            self.child = subprocess.Popen(command, stdout=log, stderr=log)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def ready(self):
        assert self.child.poll() is None, self.log.read_text()
        try:
            return self.client.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def end(self, how):
        self.child.send_signal(how)
        return self.child.wait(40)


@pytest.fixture
def launch(tmp_path, until, free_port):
    made = []

    def launched(folder="home"):
        made.append(Process(tmp_path / folder, free_port()))
        until(made[-1].ready, 40)
        return made[-1]

    (tmp_path / "home").mkdir()
    yield launched
    for one in made:
        one.child.kill()
        one.child.wait()
        one.client.close()


def kept_rows(folder):
    home = Home(folder)
    try:
        return set(rows_of(Lake(home), "flights", None, 0, 1 << 60)["vd_id"].to_pylist())
    finally:
        home.close()


def test_a_server_that_is_told_to_end_has_all_that_it_acknowledged(launch, tmp_path):
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
    time.sleep(1.5)
    assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)  # uvicorn ends by the signal it was given
    sender.join()
    assert acknowledged
    assert set(refused) <= {503}
    assert kept_rows(tmp_path / "home") >= set(acknowledged)
    assert "Traceback" not in server.log.read_text()


def concluded(folder, model="flights"):
    """Return every number and every incident of a home."""
    database = Database(folder / "meta.sqlite")
    try:
        with database.read() as tx:
            numbers = {}
            for key in series.catalogue(tx, model, "7"):
                found = series.get(tx, key, ("value", "low", "high"))
                numbers[key] = (found.windows, found.places, found.fields)
            told = {
                (i.incident.since.start, i.level, i.cause, tuple(f.message for f in i.incident.findings))
                for i in incidents.listing(tx, states=("open", "acknowledged", "resolved"))
                if i.version == "7"
            }
            closed = sum(w.closed for w in windows.listing(tx, model, "7"))
        return numbers, told, closed
    finally:
        database.close()


def closed_in(folder):
    try:
        return concluded(folder)[2]
    except StateError:  # busy
        return 0


@pytest.mark.slow
def test_a_server_killed_while_it_evaluates_concludes_the_same(serve, launch, make, until, start, tmp_path):
    whole = serve(tmp_path / "calm")
    reference, rows = make(30, start=start - 40 * DAY, seed=3), make(DAYS, start=start, broken_from=BROKEN)
    whole.watch(reference)
    whole.send(rows)
    until(lambda: whole.closed() >= DAYS - 1, 40)
    until(lambda: not whole.station.loop.step(time.time_ns() // 1000))
    whole.stop()

    rng = np.random.default_rng(1)
    server = launch()
    whole.use(server.client)
    whole.watch(reference)
    whole.send(rows)
    for _ in range(4):
        time.sleep(float(rng.uniform(0.05, 0.9)))
        server.end(signal.SIGKILL)
        server = launch()
    until(lambda: closed_in(tmp_path / "home") >= DAYS - 1, 60)
    server.end(signal.SIGTERM)
    calm, rough = concluded(tmp_path / "calm"), concluded(tmp_path / "home")
    assert rough[1] == calm[1]
    assert len(calm[1]) >= 1
    assert rough[0].keys() == calm[0].keys()
    assert SeriesKey("flights", "7", "psi") in calm[0]
    for key, (starts, places, fields) in calm[0].items():
        assert np.array_equal(rough[0][key][0], starts)
        assert rough[0][key][1] == places
        for name, values in fields.items():
            np.testing.assert_array_equal(rough[0][key][2][name], values)


def test_it_is_not_ready_once_it_was_told_to_end(serve):
    server = serve()
    assert server.client.get("/ready").status_code == 200
    server.station.leave()
    reply = server.client.get("/ready")
    assert (reply.status_code, reply.json()["work"]["server"]) == (503, "stops")
