"""Findings of one cause are one case, others are not."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.alerts.conftest import drift, fall, window

from vedette.alerts.explanation import Explanation
from vedette.alerts.grouping import about, grouped, merged
from vedette.values import Finding

POOL = [
    fall(),
    fall(metric="recall"),
    drift("a"),
    drift("b"),
    drift("a", metric="missing"),
    drift("c", metric="missing"),
    Finding("missing_data", "row_count", "act", "0 rows"),
    Finding("late_labels", "label_coverage", "watch", "labels are late"),
]


@given(st.permutations(POOL), st.integers(1, len(POOL)))
def test_each_finding_is_in_one_case_whatever_the_order(pool, n):
    cases = grouped(pool[:n])
    assert sorted(f.message + f.metric for c in cases for f in c.findings) == sorted(
        f.message + f.metric for f in pool[:n]
    )
    other = {frozenset(c.findings) for c in grouped(pool[:n][::-1])}
    assert {frozenset(c.findings) for c in cases} == other


def test_performance_is_one_case_and_each_column_its_own():
    cases = grouped([fall(), fall(metric="recall"), drift("a"), drift("b")])
    assert [c.cause for c in cases] == ["model", "column:a", "column:b"]
    assert cases[0].level == "act"


def test_an_explanation_joins_what_it_covers():
    why = Explanation(kind="unit change", columns=("a", "b"), sentence="a is in minutes", remedy="convert it")
    (one, other) = grouped([fall(), drift("a"), drift("b"), drift("c")], [why])
    assert one.cause == "unit change:a"
    assert {f.column for f in one.findings} == {None, "a", "b"}
    assert one.explanation is why
    assert other.cause == "column:c"


def test_columns_missing_from_the_same_window_on_are_one_outage():
    assert len(grouped([drift("a", 3, metric="missing"), drift("b", 3, metric="missing")])) == 1
    assert len(grouped([drift("a", 3, metric="missing"), drift("b", 4, metric="missing")])) == 2


def test_a_finding_that_bridges_two_cases_joins_them():
    bridge = drift("a", metric="missing", also=("b",))
    assert len(grouped([drift("a"), drift("b"), bridge])) == 1
    assert len(grouped([drift("a"), drift("b")])) == 2


def test_volume_and_labels_are_neither_the_model_nor_a_column():
    assert about(POOL[-2]) == {"volume"}
    assert about(POOL[-1]) == {"labels"}


def test_merging_keeps_the_onset_and_the_newest_numbers():
    (one,) = merged([drift("a", 2, 3)], [drift("a", 3, 9, message="a moved on")])
    assert (one.window, one.until, one.message) == (window(2), window(9), "a moved on")
    assert merged([one], [one]) == (one,)
    assert len(merged([one], [msgspec.structs.replace(one, column="b")])) == 2
