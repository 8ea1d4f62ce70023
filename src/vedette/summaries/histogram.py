"""Counts in fixed bins: the state behind every drift metric of a number column."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights


class Histogram(Summary, frozen=True, kw_only=True):
    """Counts of a number column in bins frozen on the reference.

    Attributes
    ----------
    column : str
    binning : Binning
        About 200 bins of equal reference mass with extra edges in the tails; missing is a bin of its own.
    coarse : tuple of int
        Number of the first fine bin of each coarse bin; tests read the coarse counts (`coarse_counts`), distances
        the fine ones. Coarse bins are unions of fine ones, so that one pass serves both.
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, bins), int64 (float64 with a weight). Exact.
    """

    column: str
    binning: Binning
    coarse: tuple[int, ...] = ()
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,) if self.weight is None else (self.column, self.weight)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"counts": Field((self.binning.size,), "i8" if self.weight is None else "f8")}

    @classmethod
    def examples(cls) -> tuple[Histogram, ...]:
        """Return specs with searched and with looked-up bins."""
        searched, grid = Binning((-2.0, 0.0, 0.5, 3.0)), Binning.fit(np.arange(-40, 40) / 8, bins=12)
        return cls(column="x", binning=searched, coarse=(0, 2)), cls(column="y", binning=grid, weight="w")

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        bins = self.binning.of(batch, self.column)
        return State(self, {"counts": cells.tally(bins, self.binning.size, weights(batch, self.weight))})
