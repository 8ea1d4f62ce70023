"""Windows that are empty, or far emptier than usual."""

import numpy as np
from tests.rules.conftest import series, spans

from vedette.rules.missing_data import MissingData


def found(rows, rule=None, **facts):
    facts = {"metric": "row_count", "title": "rows", "better": "neither", "proportion": False} | facts
    return list((rule or MissingData()).fold(series(rows, np.nan, n=np.maximum(rows, 0), **facts)))


def test_an_empty_window_calls_for_action():
    (one,) = found([100, 0, 0, 100])
    assert one.level == "act"
    assert spans([one]) == [("w1", "w2")]


def test_few_rows_are_watched_where_there_is_a_usual_number():
    (one,) = found([100, 100, 40, 100, 100, 100])
    assert one.level == "watch"
    assert "40 rows in w2; usually 100" in one.message
    assert not found([100, 40, 100, 100])  # of four windows none is usual


def test_the_outermost_windows_may_be_cut():
    assert not found([10, 100, 100, 100, 100, 10])
    assert spans(found([0, 100, 100, 100, 100, 0])) == [("w0", "w0"), ("w5", "w5")]


def test_the_share_is_a_choice():
    rows = [100, 100, 40, 100, 100, 100]
    assert not found(rows, MissingData(share=0.3))
    assert not found(rows, MissingData(share=0))
    assert found([100, 100, 0, 100, 100, 100], MissingData(share=0))


def test_no_rows_at_all_call_for_action():
    (one,) = found([0])
    assert one.level == "act"
    assert one.message.startswith("0 rows")
    assert not found([1])


def test_a_segment_may_be_absent():
    from vedette.values import Segment

    assert not found([100, 0, 100], segment=Segment("carrier", "MQ"))
