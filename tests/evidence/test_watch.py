"""Performance under the promise, from rows to findings: what fell is told once, with its place and its time."""

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd
from vedette.engine.alarms import Watcher, watch
from vedette.evidence.promise import Promise

DAY = 86_400_000_000
ROWS, PAST, DAYS = 200, 30, 40
SCHEMA = vd.Schema(id="id", time="at", score="score", label="label", segments=["place"])


def binary(seed, days, worse=None, better=None, first=0):
    """Return days of a binary model; from a day on, in one place or in all, its labels are turned or follow it."""
    rng = np.random.default_rng(seed)
    n = days * ROWS
    day = np.repeat(np.arange(days), ROWS) + first
    x = rng.normal(size=n)
    score = 1 / (1 + np.exp(-2 * x))
    label = rng.random(n) < score
    place = rng.choice(["north", "south"], n)
    if worse is not None:
        since, where = worse
        turned = (day >= since) & ((place == where) if where else True) & (rng.random(n) < 0.4)
        label = np.where(turned, score < 0.5, label)
    if better is not None:
        label = np.where(day >= better, score >= 0.5, label)
    at = day * DAY + rng.integers(0, DAY, n) + 19_700 * DAY
    return {
        "id": np.arange(n) + first * ROWS,
        "at": at.astype("datetime64[us]"),
        "x": x,
        "score": score,
        "label": label.astype(int),
        "place": place,
    }


@pytest.fixture(scope="module")
def baseline():
    return vd.Baseline.fit(binary(0, PAST), SCHEMA, every="1d")


def alarms_of(report, *parts):
    return [a for a in report.watched.alarms if a.part in parts]


def test_nothing_is_told_of_a_model_that_stays(baseline):
    """The promise allows 1.3 alarms in 40 days; conservatism leaves none on these rows."""
    report = vd.compare(baseline, binary(1, DAYS, first=PAST), every="1d")
    assert report.watched.outcomes
    assert report.findings == []
    assert any("outcomes" in note.message for note in report.notes if note.code == "alerts.promise")


def test_a_fall_in_all_rows_is_one_finding_that_calls_for_action(baseline):
    report = vd.compare(baseline, binary(2, DAYS, worse=(PAST + 20, None), first=PAST), every="1d")
    outcomes = [f for f in report.findings if f.column is None]
    assert len(outcomes) == 1
    lead = outcomes[0]
    assert (lead.rule, lead.level, lead.segment) == ("promise", "act", None)
    starts = [w.start for w in report.windows]
    assert abs(starts.index(lead.window.start) - 20) <= 1
    assert starts.index(lead.until.start) == DAYS - 1
    assert {"accuracy", "f1", "roc_auc", "calibration_bias"} & {lead.metric, *lead.also}
    assert lead.effect.high < 0 or lead.effect.low > 0
    assert 0 < lead.evidence < 0.05


def test_a_fall_in_one_segment_names_it(baseline):
    report = vd.compare(baseline, binary(3, DAYS, worse=(PAST + 25, "south"), first=PAST), every="1d")
    named = {str(a.segment) for a in alarms_of(report, "performance") if a.segment}
    assert named == {"place=south"}


def test_an_improvement_is_no_alarm_of_performance(baseline):
    report = vd.compare(baseline, binary(4, DAYS, better=PAST + 10, first=PAST), every="1d")
    assert alarms_of(report, "performance") == []
    assert not any(f.level == "act" and f.column is None for f in report.findings)


def test_windows_whose_labels_are_not_in_are_not_spent(baseline):
    """Half the labels of the last ten days have come, and those are all wrong: no evidence about performance."""
    rows = binary(5, DAYS, first=PAST)
    late = (rows["at"].astype("int64") // DAY - 19_700 >= PAST + 30) & (np.arange(DAYS * ROWS) % 2 == 0)
    turned = np.where(late, rows["score"] < 0.5, rows["label"])
    unknown = (rows["at"].astype("int64") // DAY - 19_700 >= PAST + 30) & ~late
    rows["label"] = pa.array(turned.astype(int), mask=unknown)
    report = vd.compare(baseline, rows, every="1d")
    assert alarms_of(report, "performance", "concept") == []
    spent = report.watched.evidence[:, [part == "performance" for _, part in report.watched.streams]]
    assert (spent[30:] == spent[29]).all()


def cubes(baseline, rows):
    report = vd.compare(baseline, rows, every="1d")
    return report.cube, report.watched


def test_order_of_rows_and_a_second_run_change_nothing(baseline):
    rows = binary(6, 15, worse=(PAST + 8, None), first=PAST)
    order = np.random.default_rng(0).permutation(len(rows["id"]))
    _, first = cubes(baseline, rows)
    _, second = cubes(baseline, {name: column[order] for name, column in rows.items()})
    assert np.array_equal(first.evidence, second.evidence)
    assert first.alarms == second.alarms


def test_a_watcher_stopped_and_resumed_with_late_labels_gives_what_a_replay_gives(baseline):
    from vedette.engine.along import of_windows

    cube, whole = cubes(baseline, binary(7, 15, worse=(PAST + 8, None), first=PAST))
    made = (baseline.history, baseline.layout, Promise.parse("1 per month"), "1d")
    watcher = Watcher.over(cube, *made)
    for day in range(15 + 2):
        if day < 15:
            watcher.step(of_windows(cube, [day]), np.array([False]))
        if day >= 2:
            watcher.step_labels(of_windows(cube, [day - 2]), day - 2)
        resumed = Watcher.over(cube, *made)
        resumed.resume(watcher.state())
        watcher = resumed
    labelled = np.array([part in ("performance", "concept") for _, part in whole.streams])
    at_once = watch(cube, *made)
    assert {a.about for a in watcher.alarms} == {a.about for a in at_once.alarms}
    assert watcher.windows == 15
    assert labelled.any()


def test_a_regression_is_followed_by_its_errors():
    def rows(seed, days, first, worse=None):
        rng = np.random.default_rng(seed)
        n = days * ROWS
        day = np.repeat(np.arange(days), ROWS) + first
        x = rng.normal(size=n)
        spread = np.where(day >= worse, 1.5, 1.0) if worse is not None else 1.0
        at = (day * DAY + 19_700 * DAY + 1000).astype("datetime64[us]")
        return {"at": at, "x": x, "said": x, "true": x + rng.normal(size=n) * spread}

    schema = vd.Schema(time="at", prediction="said", label="true", task="regression")
    baseline = vd.Baseline.fit(rows(0, PAST, 0), schema, every="1d")
    still = vd.compare(baseline, rows(1, 25, PAST), every="1d")
    assert alarms_of(still, "performance", "concept") == []
    worse = vd.compare(baseline, rows(2, 25, PAST, worse=PAST + 15), every="1d")
    found = alarms_of(worse, "performance")
    assert [a.metric for a in found] == ["mae"]
    assert abs(found[0].onset - 15) <= 1


def test_each_class_of_several_is_followed():
    def rows(seed, days, first, missed=None):
        rng = np.random.default_rng(seed)
        n = days * ROWS
        day = np.repeat(np.arange(days), ROWS) + first
        true = rng.choice(["a", "b", "c"], n, p=[0.8, 0.1, 0.1])
        said = np.where(rng.random(n) < 0.05, "a", true)
        if missed is not None:
            said = np.where((day >= missed) & (true == "c") & (rng.random(n) < 0.5), "b", said)
        at = (day * DAY + 19_700 * DAY + 1000).astype("datetime64[us]")
        return {"at": at, "said": said, "true": true}

    schema = vd.Schema(time="at", prediction="said", label="true")
    baseline = vd.Baseline.fit(rows(0, PAST, 0), schema, every="1d")
    report = vd.compare(baseline, rows(1, 25, PAST, missed=PAST + 15), every="1d")
    found = alarms_of(report, "performance")
    assert ("recall", "c") in {(a.metric, a.of) for a in found}
    assert any("recall(of=c)" in (f.metric, *f.also) for f in report.findings)


def test_a_saved_baseline_knows_its_segments_by_window(baseline, tmp_path):
    again = vd.Baseline.load(baseline.save(tmp_path / "b.vedette"))
    assert again.hash == baseline.hash
    rows = binary(3, 10, worse=(PAST + 5, "south"), first=PAST)
    _, before = cubes(baseline, rows)
    _, after = cubes(again, rows)
    assert before.streams == after.streams
    assert np.array_equal(before.evidence, after.evidence)
