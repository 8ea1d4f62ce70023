"""Upkeep of the lake: few large files in place of many small ones, nothing older than it may be."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from vedette.store.columns import DAY, FEEDBACK, LABELS, PREDICTIONS, QUARANTINE
from vedette.store.lake import DayFiles, Lake, LogTable
from vedette.store.reading import day_files

#: A closed day is compacted from this many files on; the day of today, which still grows, later.
CLOSED_FILES, OPEN_FILES = 8, 200
#: Bytes of a file that compaction makes, one after the other: what it has in memory meanwhile is about ten times that,
#: and with a task for each processor it would be so many times more.
FILE_BYTES = 32 << 20
_DAY_US = 86_400_000_000


class Retention(msgspec.Struct, frozen=True):
    """Days that rows are kept, by class of data; None keeps them for good.

    Predictions age by their own day, everything else by the day it was received.
    """

    predictions: int | None = None
    labels: int | None = None
    feedback: int | None = None
    quarantine: int | None = 90
    #: Files that a commit replaced stay this long, for whoever is still reading them.
    replaced_hours: int = 24

    def days(self, table: str) -> int | None:
        """Return the days of one table."""
        kept = {
            PREDICTIONS: self.predictions,
            LABELS: self.labels,
            FEEDBACK: self.feedback,
            QUARANTINE: self.quarantine,
        }
        return kept[table]


class Done(NamedTuple):
    """What one upkeep did."""

    days_compacted: int
    days_dropped: int
    files_removed: int


def tidy(lake: Lake, now: int, retention: Retention | None = None) -> Done:
    """Drop what is too old, compact days, remove replaced files; return what was done.

    Rows that are dropped cannot be evaluated again; what was computed from them stays.
    """
    retention = retention or Retention()
    compacted = dropped = removed = 0
    for _, table in lake.tables():
        dropped += _drop_old(table, now, retention.days(table.kind))
        compacted += compact(table, now)
        removed += _vacuum(table, retention.replaced_hours)
        table.forget()  # files that are gone, and the logs of tables that nobody asks for
    return Done(compacted, dropped, removed)


def compact(table: LogTable, now: int) -> int:
    """Make few files of the many of each closed day; return how many days."""
    today = _day(now)
    days = [
        group.day for group in table.days() if _many(group, CLOSED_FILES if group.day < today else OPEN_FILES)
    ]
    for day in days:
        with table.lock:
            delta = table.delta()
            if delta is not None:
                only = [(DAY, "=", day)]
                delta.optimize.compact(only, target_size=FILE_BYTES, max_concurrent_tasks=1)
    return len(days)


def _many(group: DayFiles, least: int) -> bool:
    """Tell whether a day has many files, and of less than half the size that is wanted."""
    return len(group.paths) >= max(least, 2 * group.size / FILE_BYTES)


def _drop_old(table: LogTable, now: int, days: int | None) -> int:
    if days is None:
        return 0
    oldest = _day(now - days * _DAY_US)
    old = day_files(table, oldest)
    if old:
        with table.lock:
            delta = table.delta()
            if delta is not None:
                delta.delete(f"{DAY} < '{oldest}'")
    return len(old)


def _vacuum(table: LogTable, hours: int) -> int:
    with table.lock:
        delta = table.delta()
        if delta is None:
            return 0
        removed = delta.vacuum(hours, dry_run=False, enforce_retention_duration=False)
        delta.cleanup_metadata()
        return len(removed)


def _day(micros: int) -> str:
    return str(np.datetime64(max(micros, 0), "us").astype("datetime64[D]"))
