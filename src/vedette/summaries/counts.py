"""Rows, missing, nan, infinite and wrongly typed entries of a column."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary


class Counts(Summary, frozen=True, kw_only=True):
    """What a column's entries are: present, missing, infinite, of the wrong type.

    Attributes
    ----------
    column : str
    number : bool
        Whether the column holds numbers; then nan is missing, and text that is not a number is *wrong*.

    Notes
    -----
    State, each of shape (cells,), int64: ``rows``, ``missing`` (null or nan, wrong ones not included),
    ``infinite``, ``wrong``. Exact.
    """

    column: str
    number: bool = True

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {name: Field() for name in ("rows", "missing", "infinite", "wrong")}

    @classmethod
    def examples(cls) -> tuple[Counts, ...]:
        """Return specs of a number, of text that should be numbers, and of a category column."""
        return cls(column="x"), cls(column="m"), cls(column="c", number=False)

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        rows = cells.rows(len(batch))

        def none() -> Array:
            return np.zeros(
                cells.size, np.int64
            )  # each count an array of its own: states are added to in place

        arrow = batch.arrow(self.column)
        if not self.number:
            missing = cells.count(~np.asarray(arrow.is_valid())) if arrow.null_count else none()
            return State(self, {"rows": rows, "missing": missing, "infinite": none(), "wrong": none()})
        missing = cells.count(batch.missing(self.column))
        wrong = none()
        if batch.wrong_type(self.column):
            wrong = cells.count(batch.missing(self.column) & np.asarray(arrow.is_valid()))
        infinite = np.isinf(batch.numbers(self.column))
        counts = {"rows": rows, "missing": missing - wrong, "wrong": wrong}
        return State(self, {**counts, "infinite": cells.count(infinite) if infinite.any() else none()})
