"""The windows that cover a source: from the first event to the last, or by row number."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.engine.windows import Every, calendar
from vedette.errors import ConfigError, DataError, unknown_name
from vedette.instants import NO_TIME
from vedette.layout import Layout
from vedette.sentences.windows import rows_label
from vedette.sources.base import Partition, Source, readable
from vedette.values import Window

#: More windows than this are a mistake in the window length.
MAX_WINDOWS = 100_000


def windows_over(source: Source, layout: Layout, every: str, zone: str = "UTC") -> tuple[list[Window], bool]:
    """Return the windows of a source, none of one without rows, and whether they count rows instead of time.

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
    if layout.schema.time not in source.names:
        raise unknown_name(
            "Column of schema (time)", layout.schema.time, source.names, code="schema.unknown-column"
        )
    span = _span(source, layout.schema.time)
    if span is None:
        return [], False
    first, last = span
    _check_number((last - first) / 86_400e6 / (length.days or 1.0), every)
    return calendar(first, last, length, zone), False


def _check_number(windows: float, every: str) -> None:
    if windows > MAX_WINDOWS:
        raise ConfigError(
            f"{windows:,.0f} windows of {every} from the first event to the last",
            f"At most {MAX_WINDOWS:,}",
            "Choose longer windows, or look for events with a wrong time",
            code="windows.too-many",
        )


def _by_row(source: Source, count: int) -> list[Window]:
    rows = sum(partition.rows or 0 for partition in numbered(source))
    _check_number(rows / count, f"{count} rows")
    starts = range(0, rows, count)
    return [Window(s, s + count, rows_label(s, min(s + count, rows) - 1)) for s in starts]


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


def _span(source: Source, column: str) -> tuple[int, int] | None:
    """Return the first and the last instant, None when there are no rows."""
    first, last, rows = np.iinfo(np.int64).max, NO_TIME, 0
    for partition in source.partitions():
        for table in readable(partition, [column]):
            times = Batch(table).times(column)
            rows += len(times)
            times = times[times != NO_TIME]
            if len(times):
                first, last = min(first, int(times.min())), max(last, int(times.max()))
    if not rows:
        return None
    if last == NO_TIME:
        raise DataError(
            f"Column {column!r} holds no usable time",
            "Timestamps, ISO 8601 text or seconds since the epoch",
            "Check the column (milliseconds want dividing by 1000), or use every = '1000 rows'",
            code="windows.no-time",
        )
    return int(first), int(last)
