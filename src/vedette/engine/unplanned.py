"""A reference without the rows of holidays, deploys and downtime: nothing is learnt where a calendar leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.alerts.calendar import Planned, covered, moments
from vedette.batch import Batch
from vedette.engine.windows import Every
from vedette.engine.windows import calendar as windows_of
from vedette.instants import NO_TIME
from vedette.schema import Schema
from vedette.sentences.sentence import Sentence
from vedette.sources.base import Partition, Reader, Source, readable
from vedette.values import Note, counted

Times = npt.NDArray[np.int64]


class Unplanned(Source):
    """Another source without the rows of some spans of time.

    Parameters
    ----------
    source : Source
    time : str
        Column of event times; rows without a usable time stay.
    starts, ends : ndarray of shape (spans,)
        Half-open spans in microseconds since the epoch, in order, which do not overlap.
    """

    def __init__(self, source: Source, time: str, starts: Times, ends: Times) -> None:
        self.source, self.time = source, time
        self.starts, self.ends = starts, ends
        self.columns, self.broken = source.columns, source.broken
        parts = source.partitions()
        counts = [self._counts(part) for part in parts]
        self.left_out = sum(rows - kept for rows, kept in counts)
        before = [0, *accumulate(kept for _, kept in counts)]
        self._parts = [
            part._replace(first_row=first, rows=kept, read=self._reader(part))
            for part, (_, kept), first in zip(parts, counts, before, strict=False)
        ]

    def partitions(self) -> list[Partition]:
        """Return the partitions with the rows that are left."""
        return self._parts

    def notes(self) -> list[Note]:
        """Return how many rows are left out."""
        said = Sentence.of("note.planned", column=self.time)
        return [counted("rows.planned", self.left_out, said, self.time)] if self.left_out else []

    def _counts(self, part: Partition) -> tuple[int, int]:
        """Return the rows of a partition, and how many are left."""
        kept = [self._kept(table) for table in readable(part, [self.time])]
        return sum(map(len, kept)), sum(int(one.sum()) for one in kept)

    def _reader(self, part: Partition) -> Reader:
        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            more = [] if self.time in columns else [self.time]
            for table in part.read([*columns, *more], texts):
                kept = table.filter(pa.array(self._kept(table)))
                yield kept.drop_columns(more) if more else kept

        return read

    def _kept(self, table: pa.RecordBatch) -> npt.NDArray[np.bool_]:
        times = Batch(table).times(self.time)
        span = np.searchsorted(self.starts, times, side="right") - 1
        inside = (span >= 0) & (times < self.ends[span])
        return np.asarray(~inside | (times == NO_TIME))


def unplanned(
    source: Source, schema: Schema | None, calendar: Sequence[Planned], every: str | None, zone: str = "UTC"
) -> Source:
    """Return a source without the rows that a calendar excludes; the source itself where it excludes none.

    Where there are windows of time, a window that the calendar touches is left out as a whole, as it is in the current
    rows; elsewhere the spans as they are written.
    """
    time = schema.time if schema is not None else None
    planned = [entry for entry in calendar if entry.effect == "exclude"]
    if not planned or time not in source.names or isinstance(source, Unplanned):
        return source
    span = _span(source, str(time))
    if span is None:
        return source
    length = Every.parse(every) if every is not None else None
    if length is None or length.unit == "rows":
        found = moments(planned, *span, zone)
    else:
        windows = windows_of(*span, length, zone)
        skip = covered(planned, windows, zone)
        found = [(w.start, w.end) for w, out in zip(windows, skip, strict=True) if out]
    starts, ends = _apart(found)
    return Unplanned(source, str(time), starts, ends) if len(starts) else source


def _span(source: Source, time: str) -> tuple[int, int] | None:
    """Return the first and the last instant, None where there is none."""
    first, last = np.iinfo(np.int64).max, NO_TIME
    for part in source.partitions():
        for table in readable(part, [time]):
            times = Batch(table).times(time)
            times = times[times != NO_TIME]
            if len(times):
                first, last = min(first, int(times.min())), max(last, int(times.max()))
    return None if last == NO_TIME else (int(first), int(last))


def _apart(spans: Sequence[tuple[int, int]]) -> tuple[Times, Times]:
    """Return starts and ends of spans in order, those that overlap joined."""
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    both = np.array(joined, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
