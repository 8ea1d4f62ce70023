"""First and last event time: how far a cell's rows reach."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.instants import NO_TIME
from vedette.summaries.base import Field, State, Summary


class Clock(Summary, frozen=True, kw_only=True):
    """Number of rows with a time, and the first and last of them.

    Attributes
    ----------
    column : str
        Event time.

    Notes
    -----
    State, each of shape (cells,), int64: ``n``, and ``earliest`` and ``latest`` in microseconds since the epoch
    (UTC), the largest and smallest int64 where there is no time. Exact.
    """

    column: str

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"n": Field(), "earliest": Field(merge="min"), "latest": Field(merge="max")}

    @classmethod
    def examples(cls) -> tuple[Clock, ...]:
        """Return specs of a time and of seconds since the epoch."""
        return cls(column="t"), cls(column="x")

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        times = batch.times(self.column)
        known = times != NO_TIME
        latest = self.fields()["latest"].start  # the mark of a missing time is the smallest int64 already
        earliest = self.fields()["earliest"].start
        first = times if known.all() else np.where(known, times, np.int64(earliest))
        return State(
            self,
            {
                "n": cells.count(known),
                "earliest": cells.reduce(np.minimum, first, earliest),
                "latest": cells.reduce(np.maximum, times, latest),
            },
        )
