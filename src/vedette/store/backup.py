"""Backup of a home while its server runs, and restore into an empty one.

The order of copying makes the copy consistent: first what was accepted and waits, then the lake (each table's log
before its files, which never change), then the database. What was evaluated meanwhile is marked to be evaluated
again. A database server is not copied: it has its own tools (`pg_dump`).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
from sqlalchemy import select

from vedette.errors import StateError
from vedette.store import windows
from vedette.store.database import Database
from vedette.store.durable import write_durably
from vedette.store.tables import windows as windows_table

DATABASE = "meta.sqlite"
MANIFEST = "manifest.json"
_LAKE, _LOG = "lake", "_delta_log"
_BLOCK = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds.

    Attributes
    ----------
    at : int
        When it began, microseconds since the epoch.
    database : {"sqlite", "postgresql"}
        "postgresql" when the database lies on a server and is not among the files.
    files : dict
        Path below the folder -> SHA-256.
    """

    at: int
    database: str
    files: dict[str, str]


def backup(database: Database, home: Path, target: Path, *, at: int) -> Manifest:
    """Copy a home into a new folder; its server may run meanwhile.

    Parameters
    ----------
    database : Database
        Of this home.
    home, target : Path
        `target` must be absent or empty.
    at : int
        Now, in microseconds.

    Raises
    ------
    StateError
        ``store.folder-not-empty``: `target` holds files.
    """
    require_empty(target)
    files = {}
    for path in (*_waiting(home), *_lake(home)):
        try:
            files[path.as_posix()] = _copy(home / path, target / path)
        except FileNotFoundError:
            continue  # committed to the lake, or tidied away, since it was listed
    if database.is_sqlite:
        _copy_database(database, target / DATABASE, at)
        files[DATABASE] = _digest(target / DATABASE)
    manifest = Manifest(at, "sqlite" if database.is_sqlite else "postgresql", files)
    # Last, so that a backup with a manifest is a whole one.
    write_durably(target / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(source: Path, home: Path) -> Manifest:
    """Copy a backup into an empty home, after every file of it was found whole.

    Raises
    ------
    StateError
        ``store.folder-not-empty``: the home holds files. ``store.damaged-backup``: the backup has no manifest, or
        a file is missing or changed.
    """
    require_empty(home)
    manifest = check(source)
    for name in manifest.files:
        _copy(source / name, home / name)
    return manifest


def check(source: Path) -> Manifest:
    """Return the manifest of a backup in which every file is as it was written."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise _damaged(source, MANIFEST) from error
    root = source.resolve()
    for name, digest in manifest.files.items():
        path = (source / name).resolve()
        if root not in path.parents or not path.is_file() or _digest(path) != digest:
            raise _damaged(source, name)
    return manifest


def _waiting(home: Path) -> Iterator[Path]:
    """Yield what is neither the lake, nor the database, nor of the running process."""
    for path in sorted(home.rglob("*")):
        below = path.relative_to(home)
        ours = below.parts[0] in (_LAKE, "lock") or below.name.startswith(DATABASE)
        if not ours and path.is_file() and path.suffix != ".tmp":
            yield below


def _lake(home: Path) -> Iterator[Path]:
    """Yield the files of the lake, the logs first: whatever a log names was written before it."""
    found = [path for path in sorted((home / _LAKE).rglob("*")) if path.is_file()]
    yield from (path.relative_to(home) for path in found if path.parent.name == _LOG)
    late = sorted((home / _LAKE).rglob("*.parquet"))
    yield from (path.relative_to(home) for path in late if path.parent.name != _LOG)


def _copy_database(database: Database, target: Path, at: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    assert database.path is not None
    with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=4096)
    copied = Database(target)
    with copied.write() as tx:
        table = windows_table
        keys = select(table.c.model, table.c.version, table.c.start).where(table.c.evaluated_at >= at)
        windows.mark_dirty(tx, [(row.model, row.version, row.start) for row in tx.execute(keys)], at=at)
    copied.checkpoint()
    copied.close()
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> str:
    """Copy a file; the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as read:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("wb") as write:
            while block := read.read(_BLOCK):
                digest.update(block)
                write.write(block)
            write.flush()
            os.fsync(write.fileno())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_empty(folder: Path) -> None:
    """Make a folder where there is none; refuse one that holds files (``store.folder-not-empty``)."""
    if folder.exists() and any(folder.iterdir()):
        raise StateError(
            f"The folder {str(folder)!r} is not empty",
            "A new or empty folder: nothing is overwritten",
            "Name another folder, or move what is there away",
            code="store.folder-not-empty",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _damaged(source: Path, name: str) -> StateError:
    return StateError(
        f"The backup {str(source)!r} is damaged: {name} is missing or was changed",
        "Every file of the manifest with its SHA-256",
        "Use another backup",
        code="store.damaged-backup",
    )
