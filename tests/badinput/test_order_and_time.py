"""Rows that come late, twice, without a time, or in several zones."""

import numpy as np
import pyarrow as pa
import pytest
from tests.badinput.conftest import ROWS, SCHEMA, make_log, noted

import vedette as vd
from vedette.errors import DataError


def in_order(rows, order):
    return {name: pa.array(column).take(pa.array(order)) for name, column in rows.items()}


def per_day(report, metric="row_count", **where):
    windows, estimates = report.series(metric, **where)
    return [w.label for w in windows], estimates.value.tolist()


def test_rows_out_of_order_give_the_same_numbers(log):
    order = np.random.default_rng(0).permutation(ROWS)
    for every in (None, "1d"):
        one = vd.compare(make_log(0), log, SCHEMA, every=every)
        other = vd.compare(make_log(0), in_order(log, order), SCHEMA, every=every)
        assert per_day(one) == per_day(other)
        assert per_day(one, "f1") == per_day(other, "f1")
        assert noted(other) == {}


def test_the_last_row_of_an_id_counts_and_the_others_are_counted(door, log):
    corrected = in_order(log, np.concatenate([np.arange(40), np.arange(ROWS)]))
    age = corrected["age"].to_numpy().copy()
    age[:40] = 1000  # what was wrong at first
    report = door(corrected | {"age": age})
    if door.name == "in_a_loop":
        return  # batches are counted as they come: a row that comes again in a later one counts again
    assert noted(report) == {("rows.duplicate-id", "id"): 40}
    assert report.estimate("row_count").value == ROWS
    assert report.estimate("maximum", column="age").value < 1000


def test_rows_repeated_in_one_batch_of_a_loop(log):
    monitor = vd.ModelMonitor(make_log(0), SCHEMA)
    monitor.update(in_order(log, [0, 0, 1, 1, 1]))
    report = monitor.log()
    assert noted(report) == {("rows.duplicate-id", "id"): 3}


@pytest.mark.parametrize("missing", [None, float("nan")], ids=str)
def test_rows_without_an_id_are_no_doubles(door, log, missing):
    ids = pa.array([missing if i < 25 else float(v) for i, v in enumerate(log["id"])], pa.float64())
    report = door(log | {"id": ids})
    assert noted(report) == {("rows.no-id", "id"): 25}
    assert report.estimate("row_count").value == ROWS


@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.decimal128(38, 0)], ids=str)
def test_long_ids_stay_apart(log, kind):
    """Neighbours of 19 digits are one float."""
    ids = pa.array([9_007_199_254_740_993_000 + i for i in range(ROWS)]).cast(kind)
    assert not noted(vd.compare(make_log(0), log | {"id": ids}, SCHEMA))


def test_naive_times_are_read_as_utc_and_counted(door, log):
    report = door(log | {"at": log["at"].cast(pa.timestamp("us"))})
    assert noted(report) == {("time.naive", "at"): ROWS}


def test_zones_and_naive_times_in_one_column(log):
    """Every third time is naive; the others say the same instant in three zones."""
    instants = log["at"].to_pylist()
    hours = {"-05:00": -5, "+05:30": 5.5, "Z": 0, "": 0}
    zones = ["", "-05:00", "+05:30", "", "Z", "Z"]

    def spelled(i, instant):
        zone = zones[i % 6]
        local = instant.timestamp() + hours[zone] * 3600
        return np.datetime64(int(local), "s").item().isoformat() + zone

    text = pa.array([spelled(i, instant) for i, instant in enumerate(instants)])
    mixed = vd.compare(make_log(0), log | {"at": text}, SCHEMA, every="6h")
    typed = vd.compare(make_log(0), log, SCHEMA, every="6h")
    assert per_day(mixed) == per_day(typed)
    assert noted(mixed) == {("time.naive", "at"): ROWS // 3}


def test_rows_without_a_time_belong_to_no_window_and_are_counted(log):
    at = pa.array([None if i < 12 else v for i, v in enumerate(log["at"].to_pylist())], log["at"].type)
    report = vd.compare(make_log(0), log | {"at": at}, SCHEMA, every="1d")
    assert noted(report) == {("rows.no-time", "at"): 12}
    assert sum(per_day(report)[1]) == ROWS - 12


def test_text_that_is_no_time_is_counted(log):
    at = ["2023-02-30" if i < 5 else v.isoformat() for i, v in enumerate(log["at"].to_pylist())]
    report = vd.compare(make_log(0), log | {"at": at}, SCHEMA, every="1d")
    assert noted(report) == {("rows.no-time", "at"): 5}


@pytest.mark.parametrize("at", [["soon"] * ROWS, [1.7e12] * ROWS], ids=["words", "milliseconds"])
def test_times_that_are_none_at_all_say_so(log, at):
    with pytest.raises(DataError, match="no usable time") as raised:
        vd.compare(make_log(0), log | {"at": at}, SCHEMA, every="1d")
    assert raised.value.code == "windows.no-time"
    assert vd.compare(make_log(0), log | {"at": at}, SCHEMA).rows == ROWS  # without windows nobody asks


def test_one_stray_time_does_not_make_a_million_windows(log):
    at = pa.array([0, *log["at"].cast(pa.int64()).to_pylist()[1:]], pa.timestamp("us", tz="UTC"))
    with pytest.raises(vd.VedetteError) as raised:
        vd.compare(make_log(0), log | {"at": at}, SCHEMA, every="1min")
    assert raised.value.code == "windows.too-many"
