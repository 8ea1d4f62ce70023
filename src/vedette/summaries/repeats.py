"""Rows whose id comes again later."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary


class Repeats(Summary, frozen=True, kw_only=True):
    """Rows, and those of them that a later row with the same id replaces.

    Attributes
    ----------
    column : str
        Column that marks replaced rows: true, or a number above 0. The engine adds its default. A batch without it
        has no such rows.

    Notes
    -----
    State, each of shape (cells,), int64: ``rows`` and ``repeated``. Exact.
    """

    before_drop: ClassVar[bool] = True

    column: str = "@repeated"

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {name: Field() for name in ("rows", "repeated")}

    @classmethod
    def examples(cls) -> tuple[Repeats, ...]:
        """Return a spec that takes a number for the mark."""
        return (cls(column="i"),)

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        marked = np.zeros(len(batch), bool)
        if self.column in batch:
            marked = batch.numbers(self.column) > 0
        return State(self, {"rows": cells.rows(len(batch)), "repeated": cells.count(marked)})
