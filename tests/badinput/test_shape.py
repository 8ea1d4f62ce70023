"""Too few rows, missing and repeated columns."""

import pandas as pd
import pyarrow as pa
import pytest
from tests.badinput.conftest import ROWS, SCHEMA, found, make_log, noted

import vedette as vd
from vedette.errors import DataError, UnknownNameError


def cut(rows, n):
    return {name: column[:n] for name, column in rows.items()}


def test_clean_rows_are_left_in_peace(door, log):
    report = door(log)
    assert report.ok
    assert not report.findings
    assert not noted(report)
    assert report.rows == ROWS


def test_no_current_rows_call_for_action(door, log):
    report = door(cut(log, 0))
    assert not report.ok
    assert noted(report) == {("rows.none", None): 0}
    assert ("row_count", None) in found(report) or door.name == "replay"
    assert report.estimate("f1").value is None
    assert report.estimate("f1").reason == "insufficient"


def test_no_reference_rows_are_refused(door, log):
    with pytest.raises(DataError) as raised:
        door(log, cut(make_log(0), 0))
    assert raised.value.code == "reference.empty"


def test_one_row_is_no_evidence(door, log):
    report = door(cut(log, 1))
    assert report.ok
    assert report.rows == 1
    assert not report.findings


def test_one_row_on_both_sides(door, log):
    report = door(cut(log, 1), cut(make_log(0), 1))
    assert report.ok
    assert report.estimate("psi", column="x").n == 1


@pytest.mark.parametrize("role", ["id", "time", "score"])
def test_a_missing_role_column_suggests_the_nearest_name(door, log, role):
    column = getattr(SCHEMA, role)
    current = {(f"{name}s" if name == column else name): values for name, values in log.items()}
    with pytest.raises(UnknownNameError, match=f"Did you mean '{column}s'") as raised:
        door(current)
    assert raised.value.code == "schema.unknown-column"


def test_a_missing_role_column_of_the_reference_suggests_the_nearest_name(door, log):
    with pytest.raises(UnknownNameError, match="Did you mean 'label'") as raised:
        door(log, schema=SCHEMA.with_(label="lable"))
    assert raised.value.code == "schema.unknown-column"


def test_a_missing_feature_is_all_missing_and_said(door, log):
    report = door({name: column for name, column in log.items() if name != "age"})
    assert ("column.absent", "age") in {(n.code, n.column) for n in report.notes}
    assert report.estimate("missing", column="age").value == 1.0
    assert {c for _, c in found(report)} == {"age"}


def test_a_new_column_is_said(door, log):
    report = door(log | {"new": log["x"]})
    assert ("column.unwatched", "new") in {(n.code, n.column) for n in report.notes}
    assert report.ok


def test_an_ignored_column_is_not_missed(door, log):
    schema = SCHEMA.with_(ignore=["new"])
    assert not [n for n in door(log | {"new": log["x"]}, schema=schema).notes if n.code.startswith("column.")]


@pytest.mark.parametrize(
    "twice",
    [
        lambda rows: pa.Table.from_arrays([pa.array(rows["x"])] * 2, names=["x", "x"]),
        lambda rows: pd.DataFrame({"x": rows["x"]})[["x", "x"]],
    ],
    ids=["arrow", "pandas"],
)
def test_columns_of_one_name_are_refused(log, twice):
    for sides in ((twice(log), log), (log, twice(log))):
        with pytest.raises(DataError, match="'x'") as raised:
            vd.compare(*sides)
        assert raised.value.code == "source.duplicate-column"
