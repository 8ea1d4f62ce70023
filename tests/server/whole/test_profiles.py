"""A model whose rows never leave its processes is watched like any other; what senders lost is told."""

import msgspec
import numpy as np
import pytest

import vedette as vd
from vedette.server.evaluation import profiles
from vedette.store import incidents, models, windows

DAYS, BROKEN = 18, 10


def log(server, rows, reference, **more):
    given = {
        "mode": "profile",
        "baseline": vd.Baseline.fit(reference, server.schema, every="1d"),
        "spool": False,
    }
    with vd.Logger(server.url, "flights", "7", **given, **more) as logger:
        for row in rows.to_pylist():
            name, late = row["flight"], row["late"]
            logger.prediction(name, {"delay": row["delay"]}, score=row["p_late"], time=row["left_at"])
            logger.label(name, late)
        assert logger.flush(60)
    return logger.counts


def test_a_model_that_sends_profiles_only_alarms_and_shows_like_any_other(serve, make, until, start):
    server = serve()
    reference = make(30, start=start - 40 * 86_400_000_000, seed=3)
    rows = make(DAYS, start=start, broken_from=BROKEN)
    server.watch(reference)
    counts = log(server, rows, reference)
    assert counts.sent == counts.logged == 2 * len(rows)

    def all_counted():  # windows close by what came first; what came last may still be on its way into the newest
        with server.database.read() as tx:
            kept = windows.listing(tx, "flights", "7")
        return sum(w.rows for w in kept) == sum(w.labelled for w in kept) == len(rows)

    until(lambda: server.closed() >= DAYS - 1 and all_counted())
    with server.database.read() as tx:
        kept = windows.listing(tx, "flights", "7")
        (version,) = models.versions_of(tx, "flights")
        found = [i.incident for i in incidents.listing(tx, model="flights") if i.level == "act"]
    assert all(w.labelled == w.rows for w in kept)
    assert version.rows >= len(rows)
    assert any(f.column == "delay" for one in found for f in one.findings)
    assert min(one.since.start for one in found) == start + BROKEN * 86_400_000_000
    page = server.client.get("/models/flights", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "delay" in page.text


def test_rows_and_profiles_of_one_window_are_one_window(serve, make, until, start):
    server = serve()
    reference = make(30, start=start - 40 * 86_400_000_000, seed=3)
    rows = make(3, start=start)
    server.watch(reference)
    half = len(rows) // 2
    log(server, rows.slice(0, half), reference)
    rest = rows.slice(half)
    server.send(rest)

    def rows_kept():
        with server.database.read() as tx:
            return sum(w.rows for w in windows.listing(tx, "flights", "7"))

    until(lambda: rows_kept() == len(rows))


def test_what_senders_lost_is_counted_once(serve, make, until, start):
    server = serve()
    rows = make(1, start=start, a_day=5).rename_columns(["vd_id", "vd_time", "delay", "vd_score", "vd_label"])
    lost = {b"vedette.lost": msgspec.json.encode({"queue_full": 12, "refused": 1})}
    for _ in range(3):
        server.send(rows, metadata=lost, **{"Idempotency-Key": "host.1/1"})
    server.send(rows, metadata={b"vedette.lost": b"[nonsense"}, **{"Idempotency-Key": "host.1/2"})
    line = 'vedette_logger_dropped_total{model="flights",reason="queue_full"} 12.0'
    until(lambda: line in server.counters())
    body = {"layout_hash": "x", "baseline": "", "version": "", "rows": 0, "windows": [], "segments": {}}
    body |= {"states": [], "lost": {"queue_full": 3}}
    server.client.post("/v1/models/flights/profiles", content=msgspec.msgpack.encode(body))
    until(lambda: line.replace("12.0", "15.0") in server.counters())
    assert 'vedette_profiles_refused_total{model="flights",reason="not watched"} 1.0' in server.counters()


@pytest.mark.parametrize("again", [False, True])
def test_parts_that_were_merged_are_still_known(serve, make, until, start, again, monkeypatch):
    monkeypatch.setattr(profiles, "MANY", 4)
    server = serve()
    reference = make(30, start=start - 40 * 86_400_000_000, seed=3)
    server.watch(reference)
    rows = make(1, start=start)
    parts = np.array_split(np.arange(len(rows)), 10)
    taken = []
    take = server.station.profiles.take
    monkeypatch.setattr(server.station.profiles, "take", lambda e: (taken.extend(e), take(e)))
    for part in parts:
        log(server, rows.slice(part[0], len(part)), reference)
    until(lambda: len(taken) >= 10)

    def rows_kept():
        with server.database.read() as tx:
            return sum(w.rows for w in windows.listing(tx, "flights", "7"))

    until(lambda: rows_kept() == len(rows))
    if again:
        take(taken)
        server.station.evaluating.wake()
        with server.database.write() as tx:
            windows.mark_dirty(tx, [("flights", "7", start)], at=0)

        def clean():
            with server.database.read() as tx:
                return not windows.count_dirty(tx)

        until(clean)
    assert rows_kept() == len(rows)
