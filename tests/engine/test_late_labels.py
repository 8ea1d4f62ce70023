"""Late labels from end to end: what was known then, nowcasts that end as the truth, numbers that are withheld."""

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd
from vedette.errors import VedetteError
from vedette.metrics.base import metric
from vedette.report.overtime import spark

DAY = 86_400
SCHEMA = vd.Schema(id="id", time="at", score="score", label="y", label_time="known", features=[])
#: Days with rows, and the day from which one looks back.
DAYS, TODAY = 34, 34


def rows(seed, days, n, change=0.0):
    """Return rows at midnight; positives are known after about three days, negatives after ten."""
    rng = np.random.default_rng(seed)
    at = np.repeat(np.arange(days), n) * DAY
    logit = rng.normal(-0.5, 1.3, len(at))
    y = (rng.random(len(at)) < 1 / (1 + np.exp(-logit - change))).astype(int)
    delay = np.where(y == 1, np.minimum(rng.gamma(3, 1.0, len(at)), 9.5), 10.0)
    known = (at + delay * DAY).astype(np.int64)
    return {"id": np.arange(len(at)), "at": at, "score": 1 / (1 + np.exp(-logit)), "y": y, "known": known}


def without(table, *names):
    return {name: values for name, values in table.items() if name not in names}


@pytest.fixture(scope="module")
def current():
    return rows(1, DAYS, 500)


@pytest.fixture(scope="module")
def baseline():
    return vd.Baseline.fit(without(rows(0, 1, 6000), "known"), SCHEMA)


def day(number):
    return str(np.datetime64(int(number), "D"))


@pytest.fixture(scope="module")
def then(baseline, current):
    return vd.compare(baseline, current, every="1d", as_of=day(TODAY), metrics=["f1", "accuracy", "roc_auc"])


@pytest.fixture(scope="module")
def now(baseline, current):
    return vd.compare(baseline, current, every="1d", metrics=["f1", "accuracy", "roc_auc"])


@pytest.mark.parametrize("name", ["f1", "accuracy", "roc_auc"])
def test_it_is_the_truth_to_the_bit_once_all_labels_are_in(then, now, name):
    nowcast, truth = then.nowcast(name), now.series(name)[1]
    old = np.arange(DAYS) <= TODAY - 10
    for field in ("value", "low", "high", "n"):
        assert np.array_equal(getattr(nowcast.estimates, field)[old], getattr(truth, field)[old])
    assert not nowcast.estimated[old].any()


@pytest.mark.parametrize("name", ["f1", "accuracy", "precision", "recall", "roc_auc"])
def test_it_is_the_label_free_estimate_before_any_label_is_in(baseline, current, name):
    """A row that is one second old; the last day of a run that ends just after it."""
    report = vd.compare(
        baseline,
        current,
        every="1d",
        as_of=f"{day(20)}T00:00:01",
        metrics=["f1", "precision", "recall", "roc_auc"],
    )
    free = metric(f"estimated_{name}", adjust=False, gate="none")
    spec = free.needs(baseline.layout)["score"]
    states = {"score": report.cube.state(spec).take([20])}
    expected = free.compute(states, {"score": baseline.cube.state(spec)}).value[0]
    assert report.windows[20].label == day(20)
    assert report.nowcasts.maturity[20] == 0
    assert report.nowcast(name).estimates.value[20] == pytest.approx(expected, abs=1e-12)


def test_between_it_is_nearer_to_the_truth_than_the_labels_so_far(then, now, current):
    """Mean error of F1 over the days that wait; seeds fixed."""
    young = ~then.nowcasts.mature
    truth, found = now.series("f1")[1].value, then.nowcast("f1").estimates.value
    so_far = []
    for place in np.flatnonzero(young):
        kept = (current["at"] == place * DAY) & (current["known"] <= TODAY * DAY)
        said, y = current["score"][kept] >= 0.5, current["y"][kept] == 1
        so_far.append(2 * (said & y).sum() / max((said.sum() + y.sum()), 1))
    error = np.abs(found - truth)[young].mean()
    assert young.sum() >= 9
    assert error < 0.03
    assert error < 0.3 * np.abs(np.array(so_far) - truth[young]).mean()


def test_its_interval_holds_what_labels_show(baseline):
    """Waiting days of 4 runs, 36 and more: four in five is the binomial limit of 95 % at 1 in 2,000; seeds fixed."""
    held = []
    for seed in range(2, 6):
        current = rows(seed, 30, 400)
        known = vd.compare(baseline, current, every="1d", as_of=day(30), metrics=["f1"])
        truth = vd.compare(baseline, current, every="1d", metrics=["f1"]).series("f1")[1].value
        nowcast = known.nowcast("f1")
        young = ~known.nowcasts.mature
        held += ((nowcast.low <= truth + 1e-12) & (truth <= nowcast.high + 1e-12))[young].tolist()
        assert (nowcast.worst[young] <= truth[young]).all()
        assert (truth[young] <= nowcast.best[young]).all()
    assert sum(held) >= 0.8 * len(held)


def test_past_errors_shrink_with_age(then):
    past = then.nowcast("f1").past
    assert past[0].age == 0
    assert past[-1].mean < past[0].mean
    assert all(one.mean < one.labelled_only for one in past if one.maturity > 0.2)


def test_labels_that_are_not_in_withhold_the_numbers_they_would_give(then):
    """A labelled-only number of a young window is not shown; what is merged over windows leaves it out."""
    young = ~then.nowcasts.mature
    values = then.series("f1")[1]
    assert np.isnan(values.value[young]).all()
    assert then.estimate("f1", window=day(TODAY - 1)).reason == "immature"
    assert then.estimate("f1").n == pytest.approx(np.nansum(values.n[~young]))
    assert [b.current[0] for b in then.blocks if b.metric.name == "f1" and not b.dimension] == [
        then.estimate("f1")
    ]
    note = next(n for n in then.notes if n.code == "labels.immature")
    assert note.count == young.sum()


def test_young_windows_give_no_finding_of_performance(baseline, current):
    """Labels so far are all positive: taken for all, they would be an alarm."""
    rules = [vd_rule("threshold", metrics=("accuracy",), below=0.6)]
    young = vd.compare(baseline, current, every="1d", as_of=day(TODAY), metrics=["accuracy"], rules=rules)
    assert not [f for f in young.findings if f.metric == "accuracy"]


def vd_rule(kind, **fields):
    from vedette import registry

    return registry.load("rule", kind)(**fields)


def test_the_chart_goes_on_hollow_where_labels_are_out(then):
    assert None not in spark(then, "f1")
    page = then.to_html(lang="zh")
    assert "到齐后数值的即时预测" in page


def test_rows_and_labels_of_later_are_not_there(baseline, current):
    report = vd.compare(baseline, current, every="1d", as_of=day(12), metrics=["f1", "label_coverage"])
    assert report.windows[-1].label == day(11)
    assert report.rows == 12 * 500
    known = (current["at"] == 5 * DAY) & (current["known"] <= 12 * DAY)
    assert report.estimate("label_coverage", window=day(5)).value == pytest.approx(known.sum() / 500)


def test_labels_in_a_table_of_their_own_are_the_same(baseline, current, then):
    apart = vd.compare(
        baseline,
        pa.table(without(current, "y", "known")),
        labels=pa.table({n: current[n] for n in ("id", "y", "known")}),
        every="1d",
        as_of=day(TODAY),
        metrics=["f1"],
    )
    assert np.array_equal(
        apart.nowcast("f1").estimates.value, then.nowcast("f1").estimates.value, equal_nan=True
    )


def test_a_declared_delay_stands_in_for_times_of_labels(current):
    """What is younger counts as unlabelled then, and the nowcast begins and ends the same way."""
    schema = SCHEMA.with_(label_time=None)
    reference = vd.Baseline.fit(without(rows(0, 1, 6000), "known"), schema)
    told = without(current, "known")
    report = vd.compare(
        reference, told, every="1d", as_of=day(TODAY), label_delay="10d", metrics=["f1", "roc_auc"]
    )
    truth = vd.compare(reference, told, every="1d", metrics=["f1", "roc_auc"]).series("f1")[1].value
    assert report.nowcasts.stages == ["final"] * 25 + ["pending"] * 9
    nowcast = report.nowcast("f1").estimates.value
    assert np.array_equal(nowcast[:25], truth[:25])
    assert np.abs(nowcast - truth)[25:].mean() < 0.05


def test_a_young_monitor_does_not_believe_early_labels(baseline, current):
    """Nobody has seen how long labels take at most: no window passes for final, and a note says why."""
    report = vd.compare(baseline, without(current), every="1d", as_of=day(7), metrics=["f1"])
    assert "final" not in report.nowcasts.stages
    assert "labels.unsettled" in [n.code for n in report.notes]


def test_labels_that_are_all_there_make_a_window_final(baseline, current):
    now = vd.compare(baseline, current, every="1d", metrics=["f1"])
    assert now.nowcasts.mature.all()
    assert "labels.immature" not in [n.code for n in now.notes]


def test_a_misspelled_label_time_is_an_error(baseline, current):
    schema = SCHEMA.with_(label_time="knwon")
    reference = vd.Baseline.fit(without(rows(0, 1, 600), "known"), schema)
    with pytest.raises(VedetteError) as raised:
        vd.compare(reference, current, every="1d", metrics=["f1"])
    assert raised.value.code == "schema.unknown-column"
    assert "known" in str(raised.value)


def test_replay_takes_the_instant_in_the_zone_of_the_windows(tmp_path, current):
    import pyarrow.parquet as pq

    pq.write_table(pa.table(without(rows(0, 1, 3000), "known")), tmp_path / "reference.parquet")
    pq.write_table(pa.table(current), tmp_path / "current.parquet")
    monitor = vd.Monitor(
        schema=SCHEMA,
        data=vd.Monitor.from_toml(
            '[data]\nreference = "reference.parquet"\ncurrent = "current.parquet"'
        ).data,
        metrics=["f1"],
    )
    (tmp_path / "monitor.toml").write_text(monitor.to_toml() + '\n[windows]\ntimezone = "Asia/Shanghai"\n')
    report = vd.replay(tmp_path / "monitor.toml", as_of="1970-01-03")
    assert report.rows == 2 * 500  # midnight in Shanghai is 16:00 of the day before, in UTC
