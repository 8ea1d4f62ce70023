"""The windows that cover a source: from the first event to the last, or by row number."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.engine.windows import Every, calendar
from vedette.errors import ConfigError, DataError
from vedette.instants import NO_TIME
from vedette.layout import Layout
from vedette.sources.base import Partition, Source, readable
from vedette.values import Window

#: More windows than this are a mistake in the window length.
MAX_WINDOWS = 100_000


def windows_over(source: Source, layout: Layout, every: str, zone: str = "UTC") -> tuple[list[Window], bool]:
    """Return the windows of a source and whether they count rows instead of time.

    Raises
    ------
    ConfigError
        Time windows without a time column (``windows.no-time``), or far too many (``windows.too-many``).
    """
    length = Every.parse(every)
    if length.unit == "rows":
        return _by_row(source, length.count), True
    if layout.schema.time is None:
        raise ConfigError(
            f"Windows of {every} were asked for and the schema names no time",
            "Calendar windows need the time of each event",
            "Name its column: Schema(time=...), or use every = '1000 rows'",
            code="windows.no-time",
        )
    first, last = _span(source, layout.schema.time)
    days = length.days or 1.0
    if (last - first) / 86_400e6 / days > MAX_WINDOWS:
        raise ConfigError(
            f"{(last - first) / 86_400e6 / days:,.0f} windows of {every} between first and last event",
            f"At most {MAX_WINDOWS:,}",
            "Choose longer windows, or look for events with a wrong time",
            code="windows.too-many",
        )
    return calendar(first, last, length, zone), False


def _by_row(source: Source, count: int) -> list[Window]:
    rows = sum(partition.rows or 0 for partition in numbered(source))
    starts = range(0, max(rows, 1), count)
    return [Window(s, s + count, f"rows {s}–{min(s + count, rows) - 1}") for s in starts]


def numbered(source: Source) -> list[Partition]:
    """Return the partitions with their rows numbered on, counted by reading where only that tells."""
    found: list[Partition] = []
    first = 0
    for partition in source.partitions():
        rows = partition.rows
        if rows is None:
            rows = sum(batch.num_rows for batch in readable(partition, source.names[:1]))
        found.append(partition._replace(first_row=first, rows=rows))
        first += rows
    return found


def _span(source: Source, column: str) -> tuple[int, int]:
    first, last = np.iinfo(np.int64).max, NO_TIME
    for partition in source.partitions():
        for table in readable(partition, [column]):
            times = Batch(table).times(column)
            times = times[times != NO_TIME]
            if len(times):
                first, last = min(first, int(times.min())), max(last, int(times.max()))
    if last == NO_TIME:
        raise DataError(
            f"Column {column!r} holds no usable time",
            "Timestamps, ISO 8601 text or seconds since the epoch",
            "Check the column (milliseconds want dividing by 1000), or use every = '1000 rows'",
            code="windows.no-time",
        )
    return int(first), int(last)
