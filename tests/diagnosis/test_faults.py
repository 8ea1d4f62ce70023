"""Each data-bug test fires on its bug and is silent on drift; all are silent when nothing happened."""

import numpy as np
import pytest
from tests.diagnosis.conftest import column, columns, counted, fitted

from vedette.diagnosis.default_value import default_value
from vedette.diagnosis.faults import faults_of
from vedette.diagnosis.marginals import marginals
from vedette.diagnosis.missing_burst import missing_burst
from vedette.diagnosis.new_category import new_category
from vedette.diagnosis.swapped_columns import swapped_columns
from vedette.schema import Schema

THEN = np.random.default_rng(0).normal(50, 10, 6000)


def normal(seed, n=4000):
    return np.random.default_rng(seed).normal(50, 10, n)


def test_a_default_inside_the_range():
    live = normal(1)
    live[::2] = 42.0
    found = default_value(column(THEN, live))
    assert found is not None
    assert float(found.value) == pytest.approx(42, abs=0.5)
    assert found.now == pytest.approx(0.5, abs=0.02)


def test_a_default_outside_the_range_shows_when_small():
    live = normal(1)
    live[::10] = -999.0
    found = default_value(column(THEN, live))
    assert found is not None
    assert found.value == "-999"


def test_a_default_category():
    rng = np.random.default_rng(0)
    then, live = rng.choice(list("abcdefg"), 5000), rng.choice(list("abcdefg"), 3000)
    live[: 3000 // 2] = "a"
    found = default_value(column(then, live))
    assert found is not None
    assert found.value == "a"


def test_a_whole_column_of_one_value():
    found = default_value(column(THEN, np.zeros(3000)))
    assert found is not None
    assert found.now == 1.0


@pytest.mark.parametrize(
    "live",
    [normal(1), normal(1) + 15, normal(1) * 1000, np.where(np.arange(4000) % 2, normal(1), normal(2) + 30)],
    ids=["still", "moved", "other unit", "second mode"],
)
def test_drift_is_not_a_default(live):
    assert default_value(column(THEN, live)) is None


def test_a_frequent_category_that_took_from_one_neighbour_is_not_a_default():
    rng = np.random.default_rng(0)
    then, live = rng.choice(list("abcdefg"), 5000), rng.choice(list("abcdefg"), 3000)
    live[live == "b"] = "a"
    assert default_value(column(then, live)) is None


def test_a_missing_burst():
    live = normal(1)
    live[1000:1800] = np.nan
    found = missing_burst(column(THEN, live))
    assert found is not None
    assert (found.now, found.then) == (0.2, 0.0)


def test_a_column_that_was_always_missing_now_and_then_is_no_burst():
    holes = np.random.default_rng(2).random(6000) < 0.2
    assert (
        missing_burst(column(np.where(holes, np.nan, THEN), np.where(holes[:4000], np.nan, normal(1))))
        is None
    )


def test_new_categories():
    then, live = ["a", "b", "c"] * 1000, ["a", "b", "c", "d"] * 500
    found = new_category(column(then, live))
    assert found is not None
    assert found.share == 0.25
    assert new_category(column(then, ["a", "a", "b"] * 500)) is None


def table(seed, n):
    rng = np.random.default_rng(seed)
    return {
        "height": rng.normal(170, 10, n),
        "weight": rng.normal(75, 12, n),
        "age": rng.integers(18, 90, n).astype(float),
        "plan": rng.choice(["a", "b"], n),
        "city": rng.choice(["x", "y", "z"], n),
        "from": rng.choice(["p", "q", "r"], n, p=[0.6, 0.3, 0.1]),
        "to": rng.choice(["p", "q", "r"], n, p=[0.1, 0.3, 0.6]),
    }


@pytest.mark.parametrize(
    ("left", "right"), [("height", "weight"), ("age", "height"), ("city", "plan"), ("from", "to")]
)
def test_swapped_columns_are_paired(left, right):
    then, live = table(0, 6000), table(1, 4000)
    live[left], live[right] = live[right], live[left]
    found = list(swapped_columns(list(columns(then, live).values())))
    assert [(p.left, p.right) for p in found] == [tuple(sorted((left, right)))]


def test_columns_that_moved_are_not_swapped():
    then, live = table(0, 6000), table(1, 4000)
    live["height"], live["weight"] = live["height"] - 40, live["weight"] + 40
    live["from"] = live["to"]
    assert list(swapped_columns(list(columns(then, live).values()))) == []


def test_nothing_is_found_where_nothing_happened():
    """40 tables of 7 columns: not one fault."""
    for seed in range(40):
        baseline = fitted(table(2 * seed, 1500))
        cube = counted(baseline, table(2 * seed + 1, 1500))
        assert list(faults_of(list(marginals(cube, baseline)), cube, baseline)) == []


def test_a_mild_factor_is_doubted_where_other_columns_moved_too():
    rng = np.random.default_rng(0)
    then = {"a": rng.gamma(9, 8, 6000), "b": rng.normal(0, 1, 6000)}
    still, drift = rng.normal(0, 1, 4000), rng.normal(0.5, 1, 4000)
    live = rng.gamma(9, 8, 4000) * 1.609344
    baseline = fitted(then)
    scores = []
    for other in (still, drift):
        cube = counted(baseline, {"a": live, "b": other})
        scores += [
            c.score
            for c in faults_of(list(marginals(cube, baseline)), cube, baseline)
            if c.kind == "unit change"
        ]
    assert scores == [0.98, 0.49]


def test_repeated_rows_are_a_cause():
    baseline = fitted({"id": np.arange(3000), "x": normal(0, 3000)}, Schema(id="id"))
    cube = counted(baseline, {"id": np.concatenate([np.arange(1000)] * 2), "x": normal(1, 2000)})
    found = list(faults_of(list(marginals(cube, baseline)), cube, baseline))
    assert [c.kind for c in found] == ["duplicated data"]
    assert found[0].evidence["share"] == 0.5


def departures(seed, n, share, holes=0.0):
    """Return flights of two carriers, one of which never says how old its planes are."""
    rng = np.random.default_rng(seed)
    carrier = np.where(rng.random(n) < share, "MQ", "UA")
    gone = (carrier == "MQ") | ((rng.random(n) < holes) & (carrier == "UA"))
    return {"carrier": carrier, "age": np.where(gone, np.nan, rng.gamma(4, 3, n))}


def test_missing_entries_of_another_mix_are_no_burst():
    baseline = fitted(departures(0, 5000, 0.1), Schema(segments=["carrier"]))
    mixed, broken = (
        counted(baseline, departures(1, 3000, 0.4)),
        counted(baseline, departures(2, 3000, 0.1, 0.3)),
    )
    assert not [c for c in faults_of(list(marginals(mixed, baseline)), mixed, baseline) if c.column == "age"]
    found = [c for c in faults_of(list(marginals(broken, baseline)), broken, baseline) if c.column == "age"]
    assert [(c.kind, str(c.segment)) for c in found] == [("missing burst", "carrier=UA")]


def test_a_category_that_grew_is_less_sure_to_be_a_default():
    rng = np.random.default_rng(0)
    then, live = rng.choice(list("abcdefg"), 5000), rng.choice(list("abcdefg"), 3000)
    live[:1500] = "a"
    baseline = fitted({"x": then})
    cube = counted(baseline, {"x": live})
    assert [c.score for c in faults_of(list(marginals(cube, baseline)), cube, baseline)] == [0.8]


def test_a_hundred_columns_that_grew_by_a_third_are_not_a_hundred_units():
    rng = np.random.default_rng(0)
    baseline = fitted({f"c{i}": rng.gamma(4, i + 1, 2000) for i in range(0, 300, 3)})
    cube = counted(baseline, {f"c{i}": rng.gamma(5.2, i + 1, 1500) for i in range(0, 300, 3)})
    assert [c for c in faults_of(list(marginals(cube, baseline)), cube, baseline) if c.score > 0.5] == []
