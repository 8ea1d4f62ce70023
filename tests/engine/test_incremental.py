"""Windows counted one by one, kept as bytes and resumed are what one scan of all of them is."""

import msgspec
import numpy as np
import pytest

import vedette as vd
from vedette.engine.against import Against
from vedette.engine.along import end_to_end
from vedette.engine.baseline import Baseline
from vedette.engine.blocks import FIELDS, along_time, as_of
from vedette.engine.changes import difference
from vedette.engine.counting import count_window, count_windows, no_rows
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_all
from vedette.engine.packing import pack, unpack
from vedette.engine.standing import watcher_of
from vedette.errors import StateError
from vedette.monitor import Alerts, Monitor, Reference, Windows


@pytest.fixture
def baseline(rows, schema):
    return Baseline.fit(rows, schema, every="6h")


@pytest.fixture
def definition(baseline, schema):
    return Definition(Monitor(schema=schema, windows=Windows(every="6h")), baseline)


@pytest.fixture
def report(rows, baseline):
    return vd.compare(baseline, rows, every="6h")


@pytest.fixture
def cubes(rows, report, definition):
    return list(count_windows(rows, report.windows, definition))


def test_windows_end_to_end_are_the_scan_of_all(cubes, report):
    long = end_to_end(cubes)
    assert long.windows == report.windows
    assert long.rows == report.rows
    assert set(long.states) == set(report.cube.states)
    assert all(spec.agrees(long.states[d, spec], s) for (d, spec), s in report.cube.states.items())
    assert all(long.states[k] == s for k, s in report.cube.states.items() if s.spec.exact and _whole(s))


def _whole(state):
    return all(array.dtype.kind != "f" for array in state.arrays.values())


def test_bytes_give_the_same_states_back(cubes, definition):
    for cube in cubes:
        back = unpack(pack(cube, definition), definition)
        assert (back.windows, back.rows, back.notes) == (cube.windows, cube.rows, cube.notes)
        assert all(back.states[key] == state for key, state in cube.states.items())


def test_states_of_another_definition_are_refused(cubes, definition, baseline, schema):
    wire = pack(cubes[0], definition)
    other = Definition(Monitor(schema=schema, windows=Windows(every="1d")), baseline)
    with pytest.raises(StateError, match=r"\[state.mismatch\]"):
        unpack(wire, other)


@pytest.mark.parametrize("harm", [lambda w: w[:-9], lambda w: w[:0], lambda w: w[:400] + b"\x00" + w[401:]])
def test_damaged_bytes_are_refused(cubes, definition, harm):
    with pytest.raises(StateError, match=r"\[state.damaged\]"):
        unpack(harm(pack(cubes[0], definition)), definition)


def test_a_column_that_did_not_come_is_missing_and_noted(rows, report, definition):
    lacking = rows.drop_columns(["score", "x"])
    cube = count_window(lacking, report.windows[0], definition)
    assert {n.column for n in cube.notes if n.code == "column.absent"} == {"score", "x"}
    assert cube.rows == len(rows)


def test_blocks_along_time_are_the_blocks_of_all(cubes, definition, baseline):
    chosen = definition.plan.chosen
    whole = evaluate_all(chosen, end_to_end(cubes), baseline.cube)
    against, found = Against(chosen, baseline.cube), []
    for cube in [*cubes[::2], *cubes[1::2], cubes[3]]:
        found = along_time(found, against.estimate(cube), 100)
    for a, b in zip(whole, found, strict=True):
        assert (a.metric, a.dimension, a.windows) == (b.metric, b.dimension, b.windows)
        for name in FIELDS:
            np.testing.assert_allclose(getattr(a.current, name), getattr(b.current, name), atol=1e-12)
    cut = as_of(found, cubes[5].windows[0].start, 3)
    assert [w.start for w in cut[0].windows] == [c.windows[0].start for c in cubes[3:6]]


def test_a_watcher_that_is_resumed_between_windows_goes_on_to_the_bit(cubes, report, definition):
    found = []
    state = None
    for cube in cubes:
        watcher = watcher_of(definition, cube)
        if state is not None:
            watcher.resume(state)
        found.append(watcher.step(cube, np.array([True]))[0][0])
        state = watcher.state()
    assert np.array_equal(found, report.watched.family)
    assert watcher.alarms == report.watched.alarms


def test_an_empty_window_spends_nothing_on_columns(cubes, report, definition):
    watcher = watcher_of(definition, cubes[0])
    watcher.step(cubes[0])
    before = watcher.detector.log_m.copy()
    watcher.step(no_rows(report.windows[1], definition))
    assert np.array_equal(before, watcher.detector.log_m)


@pytest.mark.parametrize(
    ("changed", "effect", "path"),
    [
        ({"windows": Windows(every="6h")}, "refit", "windows.every"),
        ({"windows": Windows(late="2d")}, "judge", "windows.late"),
        ({"metrics": ["psi"]}, "recount", "metrics"),
        ({"alerts": Alerts(false_alarms="1 per year")}, "evidence", "alerts.false_alarms"),
        ({"alerts": Alerts(notify="act")}, "tell", "alerts.notify"),
        ({"reference": Reference(kind="rolling")}, "evidence", "reference.kind"),
        ({"rules": [{"kind": "threshold"}]}, "judge", "rules"),
        ({"sinks": [{"kind": "slack"}]}, "tell", "sinks"),
        ({"schema": vd.Schema(time="t")}, "refit", "schema.time"),
    ],
)
def test_what_a_changed_monitor_changes(changed, effect, path):
    found = difference(Monitor(), Monitor(**changed))
    assert (found.effect, [c.path for c in found.changes]) == (effect, [path])
    assert found.in_words("zh") != found.in_words("en")
    back = difference(Monitor(**changed), Monitor())
    assert [(c.before, c.after) for c in back.changes] == [(c.after, c.before) for c in found.changes]


def test_nothing_changed_and_everything_new():
    assert difference(Monitor(), Monitor()).effect == "none"
    assert difference(None, Monitor(model="m")).effect == "refit"
    assert msgspec.json.encode(difference(None, Monitor(model="m")))
