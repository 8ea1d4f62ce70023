"""Values of a number column below and above declared bounds."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights


class Outside(Summary, frozen=True, kw_only=True):
    """Rows with a number, and those of them below `low` and above `high`.

    The reference's own range needs no such pass, for a histogram's outermost bins count what lies beyond it; bounds
    that a person declares lie anywhere.

    Attributes
    ----------
    column : str
    low, high : float, optional
        Bounds that are themselves allowed; without one, that side is open.
    weight : str, optional

    Notes
    -----
    State, each of shape (cells,), int64 (float64 with a weight): ``present``, ``below``, ``above``; ±inf lie outside
    any bound. Exact.
    """

    column: str
    low: float | None = None
    high: float | None = None
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,) if self.weight is None else (self.column, self.weight)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        kind = "i8" if self.weight is None else "f8"
        return {name: Field((), kind) for name in ("present", "below", "above")}

    @classmethod
    def examples(cls) -> tuple[Outside, ...]:
        """Return specs with both bounds, and with one and a weight."""
        return cls(column="x", low=-2.0, high=3.5), cls(column="y", high=0.0, weight="w")

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        values, weight = batch.numbers(self.column), weights(batch, self.weight)
        nowhere = np.zeros(len(batch), bool)
        masks = {
            "present": ~batch.missing(self.column),
            "below": nowhere if self.low is None else values < self.low,
            "above": nowhere if self.high is None else values > self.high,
        }
        if weight is None:
            return State(self, {name: cells.count(mask) for name, mask in masks.items()})
        return State(self, {name: cells.sum(np.where(mask, weight, 0.0)) for name, mask in masks.items()})
