"""Monitor files of each model: every revision is kept, the newest is in force."""

from __future__ import annotations

import msgspec
from sqlalchemy import func, insert, select

from vedette.store.database import Transaction
from vedette.store.records import struct, structs
from vedette.store.tables import monitors


class MonitorFile(msgspec.Struct, frozen=True):
    """One revision of a monitor, as the text of its TOML file."""

    model: str
    revision: int
    toml: str
    author: str
    at: int


def current(tx: Transaction, model: str) -> MonitorFile | None:
    """Return the monitor in force, None for a model that has none yet."""
    query = select(monitors).where(monitors.c.model == model)
    return struct(tx, query.order_by(monitors.c.revision.desc()).limit(1), MonitorFile)


def revision(tx: Transaction, model: str, number: int) -> MonitorFile | None:
    """Return one revision."""
    query = select(monitors).where(monitors.c.model == model, monitors.c.revision == number)
    return struct(tx, query, MonitorFile)


def history(tx: Transaction, model: str) -> list[MonitorFile]:
    """Return every revision, newest first."""
    query = select(monitors).where(monitors.c.model == model)
    return structs(tx, query.order_by(monitors.c.revision.desc()), MonitorFile)


def all_current(tx: Transaction) -> dict[str, MonitorFile]:
    """Return the monitor in force of every model that has one."""
    newest = select(monitors.c.model, func.max(monitors.c.revision).label("revision"))
    newest_rows = newest.group_by(monitors.c.model).subquery()
    same = (monitors.c.model == newest_rows.c.model) & (monitors.c.revision == newest_rows.c.revision)
    found = structs(tx, select(monitors).join(newest_rows, same), MonitorFile)
    return {file.model: file for file in sorted(found, key=lambda file: file.model)}


def save(tx: Transaction, model: str, toml: str, *, author: str, at: int) -> MonitorFile:
    """Put a monitor in force; the same text as the current one makes no new revision."""
    now = current(tx, model)
    if now and now.toml == toml:
        return now
    file = MonitorFile(model, now.revision + 1 if now else 1, toml, author, at)
    tx.execute(insert(monitors), msgspec.structs.asdict(file))
    return file
