"""Times of every type come out as microseconds UTC; what is no time is marked, never an error."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.instants import NO_TIME, instants_of

NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)
MICROS = int(NOON.timestamp()) * 1_000_000
NAIVE = NOON.replace(tzinfo=None)

COLUMNS = {
    "seconds": (pa.array([NAIVE], pa.timestamp("s")), 1),
    "milliseconds": (pa.array([NAIVE], pa.timestamp("ms")), 1),
    "microseconds": (pa.array([NAIVE], pa.timestamp("us")), 1),
    "nanoseconds": (pa.array([NAIVE], pa.timestamp("ns")), 1),
    "UTC": (pa.array([NOON], pa.timestamp("us", tz="UTC")), 0),
    "another zone": (pa.array([NOON], pa.timestamp("ns", tz="America/New_York")), 0),
    "dictionary": (pa.array([NAIVE], pa.timestamp("us")).dictionary_encode(), 1),
    "integers": (pa.array([MICROS // 1_000_000]), 0),
    "floats": (pa.array([MICROS / 1e6]), 0),
    "decimals": (pa.array([Decimal(MICROS // 1_000_000)]), 0),
    "text": (pa.array(["2024-02-29T12:00:00Z"]), 0),
    "large text": (pa.array(["2024-02-29 12:00"], pa.large_string()), 1),
    "text view": (pa.array(["2024-02-29 12:00+00"], pa.string_view()), 0),
    "dictionary of text": (pa.array(["2024-02-29 12:00:00 UTC"]).dictionary_encode(), 0),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_noon_in_every_type(kind):
    column, naive = COLUMNS[kind]
    found = instants_of(column)
    assert found.micros.tolist() == [MICROS]
    assert found.naive == naive


def test_a_date_is_its_midnight():
    for kind in (pa.date32(), pa.date64()):
        found = instants_of(pa.array([date(2024, 2, 29), None], kind))
        assert found.micros.tolist() == [MICROS - 12 * 3600 * 1_000_000, NO_TIME]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-02-29", "2024-02-29T00:00:00+00:00"),
        ("2024-02-29T12:30-05:00", "2024-02-29T17:30:00+00:00"),
        ("2024-02-29T12:30:00+0530", "2024-02-29T07:00:00+00:00"),
        (" 2024-02-29 12:30:00.5z ", "2024-02-29T12:30:00.500000+00:00"),
        ("2024-02-29T12:30:00.123456789Z", "2024-02-29T12:30:00.123456+00:00"),
        ("1968-12-31 23:59", "1968-12-31T23:59:00+00:00"),
        ("2024-02-29T12Z", "2024-02-29T12:00:00+00:00"),
        ("2024-02-29 12", "2024-02-29T12:00:00+00:00"),
    ],
)
def test_iso_text(text, moment):
    alone = instants_of(pa.array([text])).micros.tolist()
    among_words, _ = instants_of(pa.array([text, "soon"])).micros.tolist()
    assert alone == [among_words]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert epoch + timedelta(microseconds=among_words) == datetime.fromisoformat(moment)


def test_zoned_and_naive_text_in_one_column_are_each_read_and_the_naive_counted():
    found = instants_of(pa.array(["2024-02-29T12:00:00", "2024-02-29T07:00:00-05:00", None, "soon"]))
    assert found.micros.tolist() == [MICROS, MICROS, NO_TIME, NO_TIME]
    assert found.naive == 1


@pytest.mark.parametrize(
    "text",
    [
        *("2023-02-29", "2024-02-30", "2024-13-01", "2024-04-31", "1900-02-29", "01/02/2024", "20240101"),
        *("2024-01-01T24:00", "2024-01-01T10:00:60", "2024-01-01T10:00:00+25:00", "2024-01-01Z", "", "now"),
    ],
)
def test_text_that_is_no_time_is_missing_and_its_neighbours_stay(text):
    assert instants_of(pa.array([text, "2024-02-29T12:00:00Z"])).micros.tolist() == [NO_TIME, MICROS]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([True]),
        pa.array([1], pa.duration("s")),
        pa.array([1], pa.time32("s")),
        pa.array([b"x"]),
        pa.array([[1]]),
        pa.nulls(1),
        pa.array([np.inf]),
        pa.array([np.nan]),
        pa.array([1.7e12]),  # milliseconds taken for seconds: the year 55 840
        pa.array([2**63 - 1]),
        pa.array([2**61], pa.timestamp("us")),
    ],
    ids=str,
)
def test_what_is_no_time_is_missing(column):
    assert instants_of(column).micros.tolist() == [NO_TIME]


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


#: Between the years 2 and 9000, in wall-clock time of any zone.
WALL = (datetime.fromisoformat("0002-01-02"), datetime.fromisoformat("8999-01-01"))


@given(st.lists(st.datetimes(*WALL, timezones=ZONES)))
def test_python_writes_what_we_read(moments):
    expected = [(m - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) for m in moments]
    found = instants_of(pa.array([m.isoformat() for m in moments], pa.string()))
    assert found.micros.tolist() == expected
    assert found.naive == 0


def test_a_slice_holds_the_same_times():
    for column, _ in COLUMNS.values():
        doubled = pa.concat_arrays([column, column, column]).slice(1, 1)
        assert instants_of(doubled).micros.tolist() == [MICROS]
