"""The accept queue: what a client was told is safe lies here until it is in the lake.

Requests that arrive while a file is being synced share the next one (group commit), so that the cost of fsync is
paid per group and not per request. A file is written beside, synced, renamed, and its folder synced; only then are
its requests answered. Files are numbered within the epoch of one start: ``<epoch>-<n>.batch``.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

from vedette.errors import StateError
from vedette.store import faults
from vedette.store.durable import sync_file, write_durably
from vedette.store.entry import Batch, Entry, packed, unpacked
from vedette.store.faults import Fault
from vedette.store.home import Home
from vedette.store.seen import Key, Seen

MB = 1 << 20
#: The most bytes that share one file.
GROUP_BYTES = 16 * MB
_AGAIN = "Nothing was kept: send it again later"


class Waiting(NamedTuple):
    """A spool file that the lake does not have yet."""

    path: Path
    epoch: str
    number: int
    rows: int
    size: int


class _Request(NamedTuple):
    entries: Sequence[Entry]
    key: Key | None
    done: Future[bool]
    size: int


class Spool:
    """The accept queue of a home.

    Parameters
    ----------
    home : Home
        Where the files lie.
    max_bytes : int
        Bytes of waiting files from which on everything is refused with ``store.spool-full``.
    min_free : int
        Bytes that must stay free on the disk; below, everything is refused with ``store.disk-full``.
    """

    def __init__(
        self, home: Home, *, max_bytes: int = 4096 * MB, min_free: int = 128 * MB, fault: Fault = faults.none
    ) -> None:
        self._home, self._fault = home, fault
        self._max_bytes, self._min_free = max_bytes, min_free
        self._ledger = home.folder / "seen.msgpack"
        self._seen = Seen.load(self._ledger)
        self._changed = threading.Condition()
        self._requests: deque[_Request] = deque()
        self._coming: dict[Key, Future[bool]] = {}
        self._waiting: dict[Path, Waiting] = {}
        self._bytes, self._number, self._closed = 0, 0, False
        self._free_at = 0.0
        #: Records of spool files that could not be read since the start.
        self.damaged = 0
        for path in sorted(home.spool.glob("*.batch")):
            self._found(path)
        for path in home.spool.glob("*.tmp"):
            path.unlink()  # never acknowledged
        self._worker = threading.Thread(target=self._run, name="vedette-spool", daemon=True)
        self._worker.start()

    def put(self, entries: Sequence[Entry], key: Key | None = None) -> Future[bool]:
        """Return a future that is True once `entries` are durable, False for a repeated `key`.

        It fails with ``store.disk-full`` or ``store.spool-full``; then nothing was kept.
        """
        done: Future[bool] = Future()
        with self._changed:
            refusal = self._refusal()
            if refusal is not None:
                done.set_exception(refusal)
            elif key is not None and key in self._seen:
                done.set_result(False)
            elif key is not None and key in self._coming:
                self._coming[key].add_done_callback(lambda first: _repeat(first, done))
            else:
                if key is not None:
                    self._coming[key] = done
                size = sum(len(entry.body) for entry in entries)
                self._requests.append(_Request(entries, key, done, size))
                self._changed.notify()
        return done

    def waiting(self) -> list[Waiting]:
        """Return the files that wait for the lake, oldest first."""
        with self._changed:
            return list(self._waiting.values())

    @property
    def bytes(self) -> int:
        """Bytes of the waiting files."""
        return self._bytes

    def read(self, file: Waiting) -> Batch:
        """Return what a file holds; a damaged one is copied to the quarantine and counted."""
        batch = unpacked(file.path.read_bytes())
        if batch.damaged:
            self._keep_aside(file.path, batch.damaged)
        return batch

    def forget(self, files: Sequence[Waiting], now: int) -> None:
        """Remember the numbers of requests that the lake has, then delete their files."""
        with self._changed:
            self._seen.save(self._ledger, now)
        self._fault("writer.remembered")
        for file in files:
            file.path.unlink(missing_ok=True)
        with self._changed:
            for file in files:
                self._bytes -= file.size
                del self._waiting[file.path]
        sync_file(self._home.spool)
        self._fault("writer.deleted")

    def close(self) -> None:
        """Write what is waiting to be written, and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._worker.join()

    def _refusal(self) -> StateError | None:
        if self._closed:
            return _stopping()
        if self._bytes > self._max_bytes:
            return _spool_full(self._bytes)
        now = time.monotonic()
        if now - self._free_at > 1:
            if shutil.disk_usage(self._home.spool).free < self._min_free:
                return disk_full(f"Less than {self._min_free:,} bytes are free")
            self._free_at = now
        return None

    def _run(self) -> None:
        while group := self._next_group():
            try:
                path, size = self._write([entry for request in group for entry in request.entries])
            except Exception as error:  # noqa: BLE001 -- whatever it is, nobody may wait for ever
                why = getattr(error, "strerror", None) or type(error).__name__
                self._settle(group, disk_full(f"Writing failed: {why}"))
            else:
                self._written(group, path, size)

    def _next_group(self) -> list[_Request]:
        """Wait for requests; return those that share the next file, none when the spool is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._requests or self._closed)
            group: list[_Request] = []
            size = 0
            while self._requests and size < GROUP_BYTES:
                group.append(self._requests.popleft())
                size += group[-1].size
            return group

    def _write(self, entries: list[Entry]) -> tuple[Path, int]:
        self._number += 1
        path = self._home.spool / f"{self._home.epoch}-{self._number:012d}.batch"
        data = packed(entries)
        try:
            write_durably(path, data, self._fault)
        except OSError:
            path.unlink(missing_ok=True)  # its requests are refused: a later start must not find it
            raise
        return path, len(data)

    def _written(self, group: list[_Request], path: Path, size: int) -> None:
        rows = sum(entry.rows for request in group for entry in request.entries)
        with self._changed:
            self._waiting[path] = Waiting(path, self._home.epoch, self._number, rows, size)
            self._bytes += size
            for request in group:
                if request.key is not None:
                    self._seen.add(request.key, request.entries[0].received if request.entries else 0)
        self._settle(group, None)

    def _settle(self, group: list[_Request], error: StateError | None) -> None:
        with self._changed:
            for request in group:
                if request.key is not None:
                    del self._coming[request.key]
        for request in group:
            if error is None:
                request.done.set_result(True)
            else:
                request.done.set_exception(error)

    def _found(self, path: Path) -> None:
        """Take over a file that an earlier start left behind, and the numbers of its requests."""
        epoch, _, number = path.stem.rpartition("-")
        data = path.read_bytes()
        entries = unpacked(data).entries
        for entry in entries:
            self._seen.add(Key(entry.model, entry.sent_to, entry.source, entry.seq), entry.received)
        rows = sum(entry.rows for entry in entries)
        self._waiting[path] = Waiting(path, epoch, int(number), rows, len(data))
        self._bytes += len(data)

    def _keep_aside(self, path: Path, damaged: int) -> None:
        copy = self._home.quarantine / "damaged" / path.name
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            write_durably(copy, path.read_bytes())
            self.damaged += damaged


def _repeat(first: Future[bool], done: Future[bool]) -> None:
    error = first.exception()
    if error is None:
        done.set_result(False)
    else:
        done.set_exception(error)


def disk_full(found: str) -> StateError:
    """Return the error of a disk that takes no more."""
    return StateError(found, "Room on the disk of the home", _AGAIN, code="store.disk-full")


def _spool_full(size: int) -> StateError:
    found = f"{size:,} bytes wait for the lake"
    return StateError(found, "A lake that keeps up", _AGAIN, code="store.spool-full")


def _stopping() -> StateError:
    return StateError("The server is stopping", "A server that is up", _AGAIN, code="store.stopping")
