"""No evidence is no number: nan becomes a reason, and what is printed is what is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from vedette.sentences.sentence import Sentence
from vedette.values import REASONS, Estimate, Estimates, Finding, Note, Segment, Window, counted, joined

ROWS = Sentence.of("note.rows")
FLOATS = st.floats(allow_infinity=True, allow_nan=True)


def test_nan_becomes_a_reason():
    found = Estimates.of([0.5, np.nan, np.inf, np.nan], [0.4] * 4, [0.6] * 4, n=[10, 10, 10, 0], p=0.01)
    assert [found[i].reason for i in range(4)] == [None, "undefined", "undefined", "insufficient"]
    assert found[0] == Estimate(0.5, 0.4, 0.6, n=10, p=0.01)
    assert found[1] == Estimate(None, n=10, reason="undefined")


@given(st.lists(st.tuples(FLOATS, FLOATS, FLOATS, st.integers(0, 9)), min_size=1))
def test_an_estimate_has_a_value_or_a_reason_never_both(rows):
    value, low, high, n = map(np.array, zip(*rows, strict=True))
    found = Estimates.of(value, low, high, n=n)
    for i in range(len(found)):
        one = found[i]
        assert (one.value is None) == (one.reason in REASONS)
        assert bool(one) == bool(np.isfinite(value[i]))
        if one.value is None:
            assert one.low is one.high is one.p is None


def test_the_reason_can_be_made_precise_where_it_is_known():
    found = Estimates.of([np.nan, np.nan, 1.0], n=[5, 0, 5])
    assert [found.because("unlabelled")[i].reason for i in range(3)] == ["unlabelled", "unlabelled", None]
    where = np.array([True, False, True])
    assert [found.because("unlabelled", where)[i].reason for i in range(3)] == [
        "unlabelled",
        "insufficient",
        None,
    ]


def test_none_has_its_reason_even_with_rows():
    assert Estimates.none([5, 0], "no reference")[0] == Estimate(None, n=5, reason="no reference")
    assert Estimates.none(np.nan, "failed")[0].reason == "failed"


def test_arguments_are_not_changed_and_not_shared():
    value = np.array([np.nan, 1.0])
    low = np.array([0.0, 0.0])
    Estimates.of(value, low, n=[1, 1])
    assert_array_equal(low, [0.0, 0.0])


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.0), "Estimate(0, n=0)"),
        (
            Estimate(0.12345, 0.1, 0.2, n=1e6, p=1e-9),
            "Estimate(0.1235, low=0.1, high=0.2, n=1000000, p=1e-09)",
        ),
        (Estimate(None, reason="unlabelled"), "Estimate(None, n=0, reason='unlabelled')"),
    ],
)
def test_an_estimate_prints_what_is_known(estimate, text):
    assert repr(estimate) == text


def test_zero_is_a_value():
    assert Estimate(0.0)
    assert not Estimate(None)


@pytest.mark.parametrize("given_as", ["carrier=MQ", ("carrier", "MQ"), Segment("carrier", "MQ")], ids=str)
def test_a_segment_is_written_three_ways(given_as):
    assert Segment.parse(given_as) == Segment("carrier", "MQ")
    assert str(Segment.parse(given_as)) == "carrier=MQ"


def test_a_segment_value_may_hold_the_sign():
    assert Segment.parse("url=/a?b=c") == Segment("url", "/a?b=c")


def test_a_finding_is_plain_json():
    window = Window(0, 1, "2024-01-01")
    found = Finding(
        "shift", "psi", "act", "age moved", "age", Segment("c", "x"), window, effect=Estimate(0.3)
    )
    plain = found.to_dict()
    assert plain["segment"] == "c=x"
    assert plain["window"] == {"start": 0, "end": 1, "label": "2024-01-01"}
    assert plain["effect"]["value"] == 0.3


def test_notes_that_say_the_same_are_one_with_the_sum():
    notes = [counted("a", 1200, ROWS, "x"), counted("a", 34, ROWS, "x"), counted("a", 5, ROWS, "y")]
    assert joined(notes) == [counted("a", 1234, ROWS, "x"), counted("a", 5, ROWS, "y")]
    assert joined(notes)[0].message == "Rows: 1,234"


def test_notes_without_a_count_are_said_once_and_others_stay_apart():
    absent, broken = (
        Note("column.absent", "Column x is not in these data", "x"),
        Note("q", "a.parquet", None, 7),
    )
    other = Note("q", "b.parquet", None, 7)
    assert joined([absent, broken, absent, other, broken]) == [absent, broken, other]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 10**6)), max_size=20))
def test_joining_keeps_every_count(rows):
    notes = joined(joined([counted(code, n, ROWS) for code, n in rows]))
    for code in "ab":
        assert sum(n.count for n in notes if n.code == code) == sum(n for c, n in rows if c == code)
