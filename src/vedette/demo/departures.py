"""Events of the flights demo: what is known of a flight as it leaves the gate, and learnt when it arrives."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.demo.nycflights import NycFlights
from vedette.errors import DataError

Ints = npt.NDArray[np.int64]

HOUR, DAY = 3600, 86400  # seconds
LATE_MINUTES = 15  # late is later than this
WEEKDAYS = pa.array(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
NEW_YORK = "America/New_York"
#: airports.csv lacks the four airports of Puerto Rico and the Virgin Islands that these flights go to
ISLANDS = dict.fromkeys(("BQN", "PSE", "SJU", "STT"), "America/Puerto_Rico")
#: what the model sees: category or number -> unit
CATEGORIES = ("carrier", "origin", "dest", "weekday")
NUMBERS = {
    "hour": "scheduled, New York",
    "distance": "mi",
    "scheduled_minutes": "min",
    "dep_delay": "min",
    "plane_age": "years",
    "temp": "°F",
    "humid": "%",
    "wind_speed": "mph",
    "precip": "in",
    "pressure": "mbar",
    "visib": "mi",
}
WEATHER = ("temp", "humid", "wind_speed", "precip", "pressure", "visib")


def departures(tables: NycFlights) -> pa.Table:
    """One row per flight that left the gate, in the order in which they left.

    The prediction is made when the plane leaves the gate: `departed_at` is that moment (UTC) and `dep_delay`
    is known. The weather is the last full hour's at the airport. `landed_at` is the arrival at the gate; it
    and `late` are null for a diverted flight. `month` is of the schedule, in New York. Cancelled flights are
    left out: nobody asks whether they will arrive late.
    """
    flights = tables.flights.filter(pc.is_valid(tables.flights["dep_delay"]))
    scheduled = pc.add(flights["time_hour"].cast(pa.int64()), pc.multiply(flights["minute"], 60))
    departed = pc.add(scheduled, pc.multiply(flights["dep_delay"], 60))
    block = scheduled_minutes(flights, scheduled, tables.airports)
    planes = look_up(tables.planes, "tailnum", flights["tailnum"])
    flown = pc.multiply(pc.add(block, flights["arr_delay"]), 60)
    columns = {
        "flight_id": flight_id(flights),
        "departed_at": instant(departed),
        **{name: flights[name] for name in ("carrier", "origin", "dest")},
        "weekday": pc.take(WEEKDAYS, pa.array(weekday(flights))),
        **{name: flights[name] for name in ("hour", "distance", "dep_delay")},
        "scheduled_minutes": block,
        "plane_age": pc.subtract(flights["year"], planes["year"]),
        **weather_before(tables.weather, flights["origin"], departed),
        "late": pc.greater(flights["arr_delay"], LATE_MINUTES),
        "landed_at": instant(pc.add(scheduled, flown)),
        "month": flights["month"],
    }
    return pa.table(columns).sort_by([("departed_at", "ascending"), ("flight_id", "ascending")])


def flight_id(flights: pa.Table) -> pa.ChunkedArray:
    """Name of a flight, e.g. ``UA1545-EWR-2013-01-01``: carrier and number, origin, scheduled day."""
    number = pc.binary_join_element_wise(flights["carrier"], text(flights["flight"]), "")
    return pc.binary_join_element_wise(number, flights["origin"], text(pa.array(local_day(flights))), "-")


def local_day(flights: pa.Table) -> npt.NDArray[np.datetime64]:
    """Scheduled day in New York of shape (n,)."""
    year, month, day = (flights[name].to_numpy() for name in ("year", "month", "day"))
    months = (year - 1970) * 12 + month - 1
    days: npt.NDArray[np.datetime64] = months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1)
    return days


def weekday(flights: pa.Table) -> Ints:
    """Scheduled weekday in New York of shape (n,), Monday is 0."""
    days: Ints = local_day(flights).astype(np.int64)
    return (days + 3) % 7  # 1970-01-01 was a Thursday


def scheduled_minutes(flights: pa.Table, scheduled: pa.ChunkedArray, airports: pa.Table) -> pa.Array:
    """Scheduled minutes from gate to gate.

    The file has the arrival as the wall clock at the destination shows it. No flight from New York takes a
    day, so the time of day there at departure and at arrival, less what a change of summer time shifts it by
    meanwhile, give the duration. The hour that comes twice in November is read as the first.
    """
    start = np.asarray(scheduled.to_numpy())
    arrival = flights["sched_arr_time"].to_numpy()
    wall = (arrival // 100 * 60 + arrival % 100) * 60
    zones = np.asarray(destination_zone(flights["dest"], airports).to_pylist())
    minutes = np.empty(len(start), np.int64)
    for zone in np.unique(zones):
        here = zones == zone
        before = utc_offset(start[here], zone)
        seconds = (wall[here] - start[here] - before) % DAY
        minutes[here] = (seconds - utc_offset(start[here] + seconds, zone) + before) // 60
    return pa.array(minutes)


def destination_zone(dest: pa.ChunkedArray, airports: pa.Table) -> pa.ChunkedArray:
    """Time zone of each destination."""
    islands = pa.table({"faa": list(ISLANDS), "tzone": list(ISLANDS.values())})
    zones = look_up(pa.concat_tables([airports, islands]), "faa", dest)["tzone"]
    if zones.null_count:
        unknown = pc.unique(dest.filter(pc.is_null(zones))).to_pylist()
        raise DataError(
            f"Destination {unknown[0]!r} has no time zone in airports.csv",
            "Every destination is an airport of airports.csv",
            "Pass the files of one release with --data, or leave it out to download them",
            code="demo.source",
        )
    return zones


def utc_offset(seconds: Ints, zone: str) -> Ints:
    """Offset of local time from UTC in seconds of shape (n,), looked up once an hour."""
    clock = zoneinfo.ZoneInfo(zone)
    hours, position = np.unique(seconds // HOUR, return_inverse=True)
    moments = (dt.datetime.fromtimestamp(int(hour) * HOUR, clock) for hour in hours)
    offsets = [int((moment.utcoffset() or dt.timedelta()).total_seconds()) for moment in moments]
    return np.array(offsets, np.int64)[position]


def weather_before(
    weather: pa.Table, origin: pa.ChunkedArray, moment: pa.ChunkedArray
) -> dict[str, pa.Array]:
    """Weather of the last full hour before each moment; null where the station says nothing.

    The hour of the moment itself would be a look into the future: its readings are taken near its end.
    """
    hours = pc.divide(weather["time_hour"].cast(pa.int64()), HOUR)
    keyed = weather.append_column("key", place_and_hour(weather["origin"], hours))
    last = pc.subtract(pc.divide(moment, HOUR), 1)
    found = look_up(keyed, "key", place_and_hour(origin, last))
    return {name: found[name] for name in WEATHER}


def place_and_hour(origin: pa.ChunkedArray, hours: pa.ChunkedArray) -> pa.ChunkedArray:
    """Key such as ``EWR@376941``: the hours count from the epoch."""
    return pc.binary_join_element_wise(origin, text(hours), "@")


def look_up(rows: pa.Table, key: str, wanted: pa.ChunkedArray) -> pa.Table:
    """Row of `rows` for each wanted key, in the order wanted; a row of nulls where there is none."""
    return rows.take(pc.index_in(wanted, value_set=rows[key].combine_chunks()))


def instant(seconds: pa.ChunkedArray) -> pa.ChunkedArray:
    """Timestamps in UTC of seconds since the epoch."""
    return seconds.cast(pa.timestamp("s", "UTC")).cast(pa.timestamp("us", "UTC"))


def text(values: pa.Array) -> pa.Array:
    """Values as strings."""
    return values.cast(pa.string())
