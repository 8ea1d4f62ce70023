"""What is known of a flight at departure, and when the truth arrives."""

import datetime as dt

import pyarrow.compute as pc
import pytest

from vedette.demo.departures import departures
from vedette.demo.nycflights import read_nycflights
from vedette.errors import DataError


@pytest.fixture
def events(tmp_path, write_files):
    """Function that gives the events of flights, by id."""

    def make(*flights):
        table = departures(read_nycflights(write_files(tmp_path, list(flights))))
        return {row["flight_id"]: row for row in table.to_pylist()}

    return make


#: wall clock in New York, destination, minutes: nights in which the clock changes here, there, or only here
NIGHTS = [
    ("2013-03-09T23:59", "SJU", 210),  # lands after New York's spring change, where there is none
    ("2013-03-09T22:00", "LAX", 380),  # the clock in Los Angeles changes after landing
    ("2013-03-10T00:30", "LAX", 345),  # and before landing
    ("2013-03-10T08:15", "ORD", 150),
    ("2013-03-10T08:15", "PHX", 320),  # Arizona never changes
    ("2013-11-02T23:30", "BOS", 250),  # the clock goes back while the plane is in the air
    ("2013-11-03T01:30", "LAX", 370),
    ("2013-11-03T08:15", "SJU", 235),
    ("2013-07-04T23:50", "BOS", 55),  # past midnight
    ("2013-01-15T12:00", "LAX", 400),
]


@pytest.mark.parametrize(("local", "dest", "minutes"), NIGHTS)
def test_clocks_change_and_instants_stay(events, flight_at, local, dest, minutes):
    """Departure, duration and landing are right in UTC however the clocks change on the way."""
    flight = flight_at(local, dest, minutes, dep_delay=7, arr_delay=-4)
    (event,) = events(flight).values()
    assert event["departed_at"] == flight.departed_at
    assert event["scheduled_minutes"] == minutes
    assert event["landed_at"] == flight.landed_at


def test_times_carry_their_zone(events, flight_at):
    """No naive time leaves the demo."""
    (event,) = events(flight_at("2013-05-01T09:00", "ORD", 150)).values()
    assert event["departed_at"].utcoffset() == event["landed_at"].utcoffset() == dt.timedelta()


def test_departure_is_the_moment_of_the_prediction(events, flight_at):
    """The delay of the departure is known, so the event is at the gate, not on the schedule."""
    (event,) = events(flight_at("2013-05-01T09:00", "ORD", 150, dep_delay=95, arr_delay=90)).values()
    assert event["departed_at"] == dt.datetime(2013, 5, 1, 14, 35, tzinfo=dt.UTC)
    assert event["hour"] == 9


@pytest.mark.parametrize("delay", [-3, 0, 40, 170])
def test_weather_is_of_the_last_full_hour(events, flight_at, temperature_at, delay):
    """No reading from the hour that has just begun."""
    flight = flight_at("2013-05-01T09:20", "ORD", 150, dep_delay=delay)
    (event,) = events(flight).values()
    assert event["temp"] == temperature_at(flight.departed_at - dt.timedelta(hours=1))


def test_weather_is_of_the_same_airport(events, flight_at):
    """A station that says nothing gives nulls, not the neighbour's reading."""
    (event,) = events(flight_at("2013-05-01T09:20", "ORD", 150, origin="LGA")).values()
    assert event["temp"] is None


@pytest.mark.parametrize(("arr_delay", "late"), [(15, False), (16, True), (-30, False), (None, None)])
def test_late_means_more_than_fifteen_minutes(events, flight_at, arr_delay, late):
    """A diverted flight is neither late nor in time."""
    (event,) = events(flight_at("2013-05-01T09:20", "ORD", 150, arr_delay=arr_delay)).values()
    assert event["late"] is late
    assert (event["landed_at"] is None) == (late is None)


@pytest.mark.parametrize(("tailnum", "age"), [("N1", 13), ("N2", None), ("N3", None), (None, None)])
def test_age_of_an_unknown_plane_is_null(events, flight_at, tailnum, age):
    """Year missing, plane missing, number missing."""
    (event,) = events(flight_at("2013-05-01T09:20", "ORD", 150, tailnum=tailnum)).values()
    assert event["plane_age"] == age


def test_name_is_of_the_scheduled_day(events, flight_at):
    """A flight that leaves after midnight keeps the name it had on the board."""
    flight = flight_at("2013-05-01T23:20", "ORD", 150, dep_delay=60, arr_delay=50, number=7)
    assert events(flight).keys() == {"UA7-EWR-2013-05-01"}


def test_weekday_is_new_yorks(events, flight_at):
    """Friday evening in New York is Saturday in UTC."""
    (event,) = events(flight_at("2013-03-01T21:00", "ORD", 150)).values()
    assert event["weekday"] == "Fri"


def test_small_year_keeps_what_left(files, year):
    """One row per flight that left, each with its own name, in the order of departure."""
    table = departures(read_nycflights(files))
    left = [flight for flight in year if flight.dep_delay is not None]
    assert table["departed_at"].to_pylist() == sorted(flight.departed_at for flight in left)
    assert pc.count_distinct(table["flight_id"]).as_py() == len(left)


def test_unknown_destination_is_named(events, flight_at):
    """An airport without a time zone would give wrong durations in silence."""
    with pytest.raises(DataError, match="'XXX'") as caught:
        events(flight_at("2013-05-01T09:20", "XXX", 150))
    assert caught.value.code == "demo.source"
