"""A file that is wholly there after a crash, or not there at all."""

from __future__ import annotations

import os
from pathlib import Path

from vedette.store import faults
from vedette.store.faults import Fault


def write_durably(path: Path, data: bytes, fault: Fault = faults.none) -> None:
    """Write beside, fsync, rename, fsync the folder; a half-written file is removed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_durably(Path(folder) / "x", b"here")
    ...     (Path(folder) / "x").read_bytes()
    b'here'
    """
    beside = path.with_name(f"{path.name}.tmp")
    try:
        with beside.open("wb", buffering=0) as file:
            _write_all(file.fileno(), data)
            fault("spool.written")
            os.fsync(file.fileno())
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    fault("spool.fsynced")
    beside.replace(path)
    fault("spool.renamed")
    sync_file(path.parent)
    fault("spool.folder-fsynced")


def sync_file(path: Path) -> None:
    """Make a file durable, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
