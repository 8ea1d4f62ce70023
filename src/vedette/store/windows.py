"""Windows of each model and version, and which of them need evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, delete, func, select, tuple_

from vedette.store.database import Transaction, upsert
from vedette.store.records import structs
from vedette.store.tables import dirty_windows, windows


class StoredWindow(msgspec.Struct, frozen=True):
    """A window as last evaluated.

    `rows` and `labelled` count its rows and those with a label; `revision` grows with each evaluation; `closed`
    when the watermark has passed its end.
    """

    model: str
    version: str
    start: int
    end: int
    label: str
    rows: int = 0
    labelled: int = 0
    revision: int = 0
    evaluated_at: int | None = None
    closed: bool = False


class DirtyWindow(msgspec.Struct, frozen=True):
    """A window whose rows changed since `since`; `mark` tells whether they changed again in the meantime."""

    model: str
    version: str
    start: int
    since: int
    mark: int


class Stretch(NamedTuple):
    """Where some windows of one version begin and end, and the rows in them."""

    start: int
    end: int
    rows: int


def put(tx: Transaction, found: Iterable[StoredWindow]) -> None:
    """Write windows, each in place of what was there."""
    upsert(tx, windows, [msgspec.structs.asdict(window) for window in found])


def listing(
    tx: Transaction,
    model: str,
    version: str | None = None,
    *,
    start: int | None = None,
    end: int | None = None,
) -> list[StoredWindow]:
    """Return the windows that begin in ``[start, end)``, in order of time, then version."""
    query = select(windows).where(windows.c.model == model)
    if version is not None:
        query = query.where(windows.c.version == version)
    if start is not None:
        query = query.where(windows.c.start >= start)
    if end is not None:
        query = query.where(windows.c.start < end)
    return sorted(structs(tx, query, StoredWindow), key=lambda w: (w.start, w.version))


def latest(tx: Transaction, *, closed: bool = True) -> dict[tuple[str, str], StoredWindow]:
    """Return the newest (closed) window of every model and version: one question for the whole fleet."""
    query = select(windows.c.model, windows.c.version, func.max(windows.c.start).label("start"))
    if closed:
        query = query.where(windows.c.closed)
    newest = query.group_by(windows.c.model, windows.c.version).subquery()
    same = (
        (windows.c.model == newest.c.model)
        & (windows.c.version == newest.c.version)
        & (windows.c.start == newest.c.start)
    )
    found = structs(tx, select(windows).join(newest, same), StoredWindow)
    return {(window.model, window.version): window for window in found}


def latest_of(tx: Transaction, model: str, version: str) -> StoredWindow | None:
    """Return the newest closed window of one version."""
    query = select(windows).where(windows.c.model == model, windows.c.version == version, windows.c.closed)
    found = structs(tx, query.order_by(windows.c.start.desc()).limit(1), StoredWindow)
    return found[0] if found else None


def newest_of(
    tx: Transaction, keys: Iterable[tuple[str, str]], span: int | None
) -> dict[tuple[str, str], list[StoredWindow]]:
    """Return the closed windows of several versions, oldest first, in one question.

    Parameters
    ----------
    keys : iterable of (model, version)
    span : int, optional
        Microseconds before the end of each version's newest closed window; None for all of them.
    """
    wanted = list(keys)
    found: dict[tuple[str, str], list[StoredWindow]] = {key: [] for key in wanted}
    query = _newest_of(select(windows), wanted, span)
    for window in structs(tx, query.order_by(windows.c.start), StoredWindow) if wanted else ():
        found[window.model, window.version].append(window)
    return found


def stretches(
    tx: Transaction, keys: Iterable[tuple[str, str]], span: int | None
) -> dict[tuple[str, str], Stretch]:
    """Return from when to when the windows of `newest_of` reach and how many rows they have; no window is read."""
    wanted, w = list(keys), windows.c
    columns = (w.model, w.version, func.min(w.start), func.max(w.end), func.sum(w.rows))
    query = _newest_of(select(*columns), wanted, span).group_by(w.model, w.version)
    rows = tx.execute(query) if wanted else ()
    return {(model, version): Stretch(start, end, int(n)) for model, version, start, end, n in rows}


def _newest_of(query: Select[Any], keys: list[tuple[str, str]], span: int | None) -> Select[Any]:
    mine = tuple_(windows.c.model, windows.c.version).in_(keys) & windows.c.closed
    query = query.where(mine)
    if span is None:
        return query
    ends = (
        select(windows.c.model, windows.c.version, func.max(windows.c.end).label("last"))
        .where(mine)
        .group_by(windows.c.model, windows.c.version)
        .subquery()
    )
    same = (windows.c.model == ends.c.model) & (windows.c.version == ends.c.version)
    return query.join(ends, same & (windows.c.start >= ends.c.last - span))


def remove(tx: Transaction, model: str, version: str) -> None:
    """Forget the windows of a version, whose definition changed."""
    tx.execute(delete(windows).where(windows.c.model == model, windows.c.version == version))


def remove_before(tx: Transaction, model: str, before: int) -> int:
    """Forget the windows that begin before an instant (retention); how many."""
    where = (windows.c.model == model) & (windows.c.start < before)
    return int(tx.execute(delete(windows).where(where)).rowcount)


def mark_dirty(tx: Transaction, keys: Iterable[tuple[str, str, int]], *, at: int) -> None:
    """Mark windows (model, version, start) for evaluation; marks of one window coalesce."""
    rows = [
        {"model": model, "version": version, "start": start, "since": at, "mark": 1}
        for model, version, start in sorted(set(keys))
    ]
    upsert(tx, dirty_windows, rows, replace=[], mark=dirty_windows.c.mark + 1)


def dirty(tx: Transaction, limit: int | None = None) -> list[DirtyWindow]:
    """Return the windows that wait, by model and version in order of time; `limit` of those that wait longest."""
    query = select(dirty_windows).order_by(dirty_windows.c.since, dirty_windows.c.start).limit(limit)
    return sorted(structs(tx, query, DirtyWindow), key=lambda w: (w.model, w.version, w.start))


def count_dirty(tx: Transaction) -> int:
    """Return how many windows wait."""
    return int(tx.execute(select(func.count()).select_from(dirty_windows)).scalar_one())


def clean(tx: Transaction, done: Iterable[DirtyWindow]) -> None:
    """Take the marks of evaluated windows away, but not of those marked again since they were read."""
    table = dirty_windows
    keys = tuple_(table.c.model, table.c.version, table.c.start, table.c.mark)
    for window in done:
        tx.execute(delete(table).where(keys == (window.model, window.version, window.start, window.mark)))
