"""Segments that wait on disk: one folder a source, locked by its process, adopted by another when that one is gone.

::

    SPOOL/SOURCE/lock                              held (flock) while its process lives
    SPOOL/SOURCE/target.json                       where the rows are to go
    SPOOL/SOURCE/000000000007.predictions.2000.arrow
    SPOOL/SOURCE/refused/...                       what the server will never take, and why
"""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vedette.logger.segment import Segment, found

#: Windows has no such locks: segments are written all the same, and only adopted by hand.
LOCKS = importlib.util.find_spec("fcntl") is not None


class Spool:
    """Segments on disk.

    Parameters
    ----------
    root : Path
        Folder that may be shared by any number of processes of one machine.
    source : str
    target : dict
        Address and model; only a logger of the same target adopts the segments.
    most_refused : int
        Bytes of refused segments that are kept for each source; then the oldest goes.
    """

    def __init__(self, root: Path, source: str, target: dict[str, str], most_refused: int = 1 << 30) -> None:
        self.root, self.target, self.most_refused = root, target, most_refused
        self.folder = root / source
        self._locks: dict[Path, int] = {}

    def write(self, segment: Segment) -> None:
        """Put a segment on disk for good; its bytes in memory are let go.

        Raises
        ------
        OSError
            The disk is full, or cannot be written to.
        """
        assert segment.wire is not None
        if self.folder not in self._locks:
            self._open()
        segment.path = write_durably(self.folder / segment.name, segment.wire)
        segment.size, segment.wire = len(segment.wire), None

    def remove(self, segment: Segment) -> None:
        """Forget a segment."""
        if segment.path is not None:
            with contextlib.suppress(OSError):  # one left behind is sent again, and the server knows it
                segment.path.unlink(missing_ok=True)

    def refuse(self, segment: Segment, why: str) -> None:
        """Set aside a segment that the server will never take, with its words."""
        place = (segment.path.parent if segment.path else self.folder) / "refused"
        with contextlib.suppress(OSError):  # on a full disk it stays where it is
            wire = segment.read()
            place.mkdir(parents=True, exist_ok=True)
            write_durably(place / segment.name, wire)
            (place / f"{segment.name}.txt").write_text(why, "utf-8")
            self.remove(segment)
            _keep_latest(place, self.most_refused)

    def adopt(self) -> Iterator[Segment]:
        """Yield the segments of processes that ended, oldest first; their folders are locked from now on."""
        for folder in self._orphans():
            with contextlib.suppress(OSError):  # one that is being removed by its process
                yield from [s for path in sorted(folder.iterdir()) if (s := found(path, folder.name))]

    def close(self, *, forked: bool = False) -> None:
        """Give the locks back, so that what is left can be adopted; a child only lets go of its copies."""
        for folder, lock in self._locks.items():
            if not forked:
                _tidy(folder)
            os.close(lock)
        self._locks.clear()

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = _locked(self.folder)
        if lock is None:
            raise OSError(f"{self.folder} is locked by another process")
        self._locks[self.folder] = lock
        write_durably(self.folder / "target.json", msgspec.json.encode(self.target))

    def _orphans(self) -> Iterator[Path]:
        folders = sorted(self.root.iterdir()) if LOCKS and self.root.is_dir() else []
        for folder in folders:
            if folder in self._locks or not self._is_ours(folder):
                continue
            lock = _locked(folder)
            if lock is not None:
                self._locks[folder] = lock
                yield folder

    def _is_ours(self, folder: Path) -> bool:
        try:
            target = msgspec.json.decode((folder / "target.json").read_bytes())
        except (OSError, msgspec.DecodeError):
            return False
        return bool(target == self.target)


def write_durably(path: Path, wire: bytes) -> Path:
    """Write a file that is there as a whole or not at all, also after the power went."""
    hidden = path.with_name(f".{path.name}.part")
    try:
        with hidden.open("wb") as file:
            file.write(wire)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    except OSError:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            hidden.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return path


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that has nothing to flush
            raise
    finally:
        os.close(handle)


def _locked(folder: Path) -> int | None:
    """Return the open lock of a folder, None when another process holds it."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    if not LOCKS:
        return lock
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _tidy(folder: Path) -> None:
    """Remove a folder that holds no segment any more."""
    with contextlib.suppress(OSError):  # an empty folder more does no harm
        inside = list(folder.iterdir())
        ours = [p for p in inside if p.name in {"lock", "target.json"} or p.name.endswith(".part")]
        if len(ours) == len(inside):
            for path in ours:
                path.unlink(missing_ok=True)
            folder.rmdir()


def _keep_latest(folder: Path, most: int) -> None:
    """Remove the oldest files until the rest is within its bound."""
    kept = 0
    for path in sorted(folder.iterdir(), reverse=True):
        kept += path.stat().st_size
        if kept > most:
            path.unlink(missing_ok=True)
