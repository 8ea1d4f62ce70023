"""Profile mode: the states that arrive are those of the rows, and no row leaves."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

import vedette as vd
from vedette.engine.cube import TOTAL
from vedette.engine.scan import scan
from vedette.engine.span import windows_over
from vedette.logger.profile_wire import cube_of, decode, layout_hash
from vedette.sources.base import open_source
from vedette.summaries.histogram import Histogram

SECRET = "a-name-nobody-may-read"
SCHEMA = vd.Schema(id="flight", time="departed", score="p_late", label="late", segments=["carrier"])
START = datetime(2026, 3, 1, tzinfo=UTC)


def rows(count, seed=0):
    rng = np.random.default_rng(seed)
    score = rng.random(count)
    return {
        "flight": [f"f{seed}-{i}" for i in range(count)],
        "departed": [START + timedelta(minutes=10 * i) for i in range(count)],
        "p_late": score,
        "late": (rng.random(count) < score).astype(int),
        "carrier": rng.choice(["MQ", "UA"], count),
        "distance": rng.gamma(2, 300, count),
    }


BASELINE = vd.Baseline.fit(rows(2000, seed=9), SCHEMA)


def log_rows(log, given, *, labels=True):
    for i, name in enumerate(given["flight"]):
        features = {"carrier": given["carrier"][i], "distance": given["distance"][i], "note": SECRET}
        log.prediction(name, features, score=given["p_late"][i], time=given["departed"][i])
        if labels:
            log.label(name, given["late"][i])


def expected(given, every="1d"):
    source = open_source(given)
    windows, _ = windows_over(source, BASELINE.layout, every)
    return scan(source, BASELINE.layout, BASELINE.plan.wanted(BASELINE.layout), windows)


def merged(bodies):
    """Return window -> (dimension, spec) -> state over all profiles."""
    found = {}
    for body in bodies:
        cube = cube_of(decode(body))
        for (dimension, spec), state in cube.states.items():
            size = len(cube.segments[dimension])
            for i, window in enumerate(cube.windows):
                key = (window, dimension, spec)
                part = state.take(slice(i * size, (i + 1) * size))
                found[key] = found[key].merge(part) if key in found else part
    return found


def check(bodies, given):
    direct, found = expected(given), merged(bodies)
    for (dimension, spec), state in direct.states.items():
        size = len(direct.segments[dimension])
        for i, window in enumerate(direct.windows):
            part = state.take(slice(i * size, (i + 1) * size))
            assert spec.agrees(found[window, dimension, spec], part), (window.label, dimension, spec)


def test_profiles_hold_what_a_scan_of_the_rows_holds_and_no_row(stub, logger):
    log = logger(mode="profile", baseline=BASELINE)
    given = rows(600)
    log_rows(log, given)
    assert log.close(60)
    assert log.counts.sent == log.counts.logged == 1200
    assert not stub.rows
    check(stub.bodies, given)
    wire = b"".join(stub.bodies)
    assert SECRET.encode() not in wire
    assert b"f0-17" not in wire
    assert {decode(b).layout_hash for b in stub.bodies} == {layout_hash(BASELINE.layout)}
    assert {decode(b).baseline for b in stub.bodies} == {BASELINE.hash}


def test_frames_are_counted_as_rows_are(stub, logger, tmp_path):
    path = BASELINE.save(tmp_path / "flights.baseline")
    log = logger(mode="profile", baseline=path)
    given = rows(300)
    names = {"flight": "id", "departed": "time", "p_late": "score"}
    log.predictions({names.get(k, k): v for k, v in given.items() if k != "late"})
    log.labels({"id": given["flight"], "label": given["late"]})
    assert log.close(60)
    check(stub.bodies, given)
    assert log.counts.sent == 600


def test_rows_without_a_label_are_unlabelled_in_the_end(stub, logger):
    log = logger(mode="profile", baseline=BASELINE)
    given = rows(200)
    log_rows(log, given, labels=False)
    assert log.flush(60)
    log.close(60)
    check(stub.bodies, {**given, "late": [None] * 200})
    assert log.counts.sent == 200


def test_only_the_recent_rows_wait_for_a_label(stub, logger):
    log = logger(mode="profile", baseline=BASELINE, recent=50)
    given = rows(200)
    log_rows(log, given, labels=False)
    assert log.flush(60)
    for name, label in zip(given["flight"], given["late"], strict=True):
        log.label(name, label)
    assert log.close(60)
    assert log.counts.dropped == {"no_prediction": 150}
    check(stub.bodies, {**given, "late": [None] * 150 + given["late"][150:].tolist()})


def test_versions_are_kept_apart(stub, logger):
    log = logger(mode="profile", baseline=BASELINE, version="v1")
    log.prediction("a", {"distance": 1.0}, score=0.5)
    log.prediction("b", {"distance": 1.0}, score=0.5, version="v2")
    assert log.close(60)
    assert {decode(b).version: decode(b).rows for b in stub.bodies} == {"v1": 1, "v2": 1}


def test_text_that_people_wrote_does_not_leave(stub, logger):
    log = logger(mode="profile", baseline=BASELINE)
    log.feedback("a", "wrong", SECRET)
    log.prediction("a", {"distance": 5}, score=0.5)
    assert log.close(60)
    assert log.counts.dropped == {"profile": 1}
    assert decode(stub.bodies[0]).lost == {"profile": 1}


def test_without_event_time_a_row_counts_when_it_is_logged(stub, logger):
    baseline = vd.Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    log = logger(mode="profile", baseline=baseline, every="1h")
    log.prediction(features={"x": 2.0})
    log.prediction(features={"x": "text"})
    assert log.close(60)
    (body,) = map(decode, stub.bodies)
    assert body.windows[0][0] <= time.time() * 1e6 < body.windows[0][1] + 3600e6
    cube = cube_of(body)
    counted = [s for (d, spec), s in cube.states.items() if isinstance(spec, Histogram) and d == TOTAL]
    assert counted
    assert log.counts.sent == 2


def test_profiles_come_every_so_often(stub, logger, until):
    log = logger(mode="profile", baseline=BASELINE, report_every=0.2)
    for i in range(1, 4):
        log.prediction(str(i), {"distance": 5}, score=0.5)
        assert until(lambda rows=i: sum(decode(b).rows for b in stub.bodies) == rows)
    assert len(stub.bodies) >= 3


def test_a_folder_takes_profiles_too(tmp_path):
    with vd.Logger(tmp_path, "flights", mode="profile", baseline=BASELINE) as log:
        log_rows(log, rows(50))
    check([p.read_bytes() for p in (tmp_path / "flights" / "profiles").glob("*.msgpack")], rows(50))


@pytest.mark.parametrize("options", [{}, {"baseline": 5}, {"baseline": BASELINE, "every": "100 rows"}])
def test_a_wrong_declaration_raises_at_once(tmp_path, options):
    with pytest.raises(vd.VedetteError) as raised:
        vd.Logger(tmp_path, "m", mode="profile", **options)
    assert raised.value.code == "logger.bad-argument"
