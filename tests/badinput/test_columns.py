"""Columns of nulls, of one value, of unseen values, of the wrong type, beyond all bounds."""

import numpy as np
import pyarrow as pa
import pytest
from tests.badinput.conftest import ROWS, found, make_log, noted


def test_a_column_of_nulls(door, log):
    report = door(log | {"x": pa.nulls(ROWS, pa.float64())})
    assert report.estimate("missing", column="x").value == 1.0
    assert {("missing", "x")} <= found(report)
    assert {c for _, c in found(report)} == {"x"}
    assert report.estimate("mean", column="x").reason is not None


def test_a_column_of_nulls_in_the_reference(door, log):
    """Nothing can be said of its drift, which is said."""
    report = door(log, make_log(0) | {"x": pa.nulls(ROWS, pa.float64())})
    assert ("column.empty", "x") in {(n.code, n.column) for n in report.notes}
    assert report.ok


def test_a_column_that_froze(door, log):
    report = door(log | {"x": np.zeros(ROWS), "colour": ["red"] * ROWS})
    assert {c for _, c in found(report)} == {"x", "colour"}
    assert report.estimate("constant", column="x").value == 1.0
    assert report.estimate("constant", column="colour").value == 1.0


def test_a_column_that_was_constant_in_the_reference(door, log):
    still = door(log | {"x": np.zeros(ROWS)}, make_log(0) | {"x": np.zeros(ROWS)})
    assert not still.findings
    moved = door(log, make_log(0) | {"x": np.zeros(ROWS)})
    assert moved.estimate("out_of_range", column="x").value == 1.0
    assert {c for _, c in found(moved)} == {"x"}


def test_a_column_of_unseen_categories(door, log):
    report = door(log | {"colour": ["violet"] * ROWS})
    assert report.estimate("unseen", column="colour").value == 1.0
    assert {c for _, c in found(report)} == {"colour"}


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_numbers_are_counted_and_left_out_of_sums(door, log, value):
    x = np.where(np.arange(ROWS) % 10 == 0, value, log["x"])
    report = door(log | {"x": x})
    infinite = report.estimate("infinite", column="x")
    assert (infinite.value, infinite.n) == (pytest.approx(0.1), ROWS)
    assert ("infinite", "x") in found(report)
    assert report.estimate("mean", column="x").value == pytest.approx(x[np.isfinite(x)].mean())


def test_a_reference_of_infinities_alone_has_no_number_to_compare_with(door, log):
    report = door(log, make_log(0) | {"x": np.full(ROWS, np.inf)})
    assert ("column.empty", "x") in {(n.code, n.column) for n in report.notes}


def test_numbers_whose_sum_overflows(door, log):
    huge = np.where(np.arange(ROWS) % 2, 1.7e308, 1.6e308)
    report = door(log | {"x": huge}, make_log(0) | {"x": huge})
    assert not report.findings
    assert report.estimate("mean", column="x").reason == "undefined"
    assert report.estimate("psi", column="x").value == pytest.approx(0, abs=0.01)


def words_among(values):
    return pa.array(["n/a" if i % 20 == 0 else str(v) for i, v in enumerate(values)])


def test_words_among_numbers_are_of_the_wrong_type(door, log):
    report = door(log | {"x": words_among(log["x"])})
    assert noted(report) == {("column.wrong-type", "x"): 30}
    wrong, missing = (report.estimate(metric, column="x") for metric in ("wrong_type", "missing"))
    assert (wrong.value, wrong.n, missing.value) == (pytest.approx(0.05), ROWS, 0.0)
    assert {c for _, c in found(report)} == {"x"}


def test_a_frame_may_mix_types_in_one_column(log):
    import pandas as pd

    import vedette as vd

    frame = pd.DataFrame({"x": ["n/a" if i % 20 == 0 else v for i, v in enumerate(log["x"])]})
    report = vd.compare(pd.DataFrame({"x": make_log(0)["x"]}), frame)
    assert noted(report) == {("column.wrong-type", "x"): 30}


@pytest.mark.parametrize("rows", [[[1.0]], [{"a": 1}], [b"\xff"], ["one"]], ids=str)
def test_a_column_of_another_type_altogether(door, log, rows):
    report = door(log | {"x": pa.array(rows * ROWS)})
    assert noted(report) == {("column.wrong-type", "x"): ROWS}
    assert report.estimate("wrong_type", column="x").value == 1.0


@pytest.mark.parametrize("rows", [[["red"]], [7], [b"\xff"], [True]], ids=str)
def test_categories_of_another_type_are_unseen(door, log, rows):
    report = door(log | {"colour": pa.array(rows * ROWS)})
    assert report.estimate("unseen", column="colour").value == 1.0


def test_numbers_in_the_reference_may_be_words_among_numbers(door, log):
    report = door(log, make_log(0) | {"x": words_among(make_log(0)["x"])})
    assert [n.message for n in report.notes if n.code == "column.wrong-type"] == [
        "In the reference: Entries of x that are not numbers: 30"
    ]
    # Fewer than before are for the better, but the column did move.
    assert found(report) <= {("psi", "x"), ("missing", "x")}
