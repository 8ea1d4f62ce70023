"""Count, sum, sum of squares, minimum and maximum of a number column."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights


class Moments(Summary, frozen=True, kw_only=True):
    """First two moments about a fixed centre, and the extremes.

    Attributes
    ----------
    column : str
    centre : float
        Origin of the sums, fitted on the reference: sums about it do not cancel.
    weight : str, optional

    Notes
    -----
    State, each of shape (cells,), float64: ``n`` (or weight) of finite values, ``total`` and ``squares`` of
    ``x - centre``, ``low``, ``high``. Missing and infinite values are left out (`Counts` counts them). Sums merge
    up to the order of addition; the rest is exact.
    """

    column: str
    centre: float = 0.0
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,) if self.weight is None else (self.column, self.weight)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        sums = {name: Field((), "f8") for name in ("n", "total", "squares")}
        return {**sums, "low": Field((), "f8", "min"), "high": Field((), "f8", "max")}

    @classmethod
    def examples(cls) -> tuple[Moments, ...]:
        """Return specs with and without a weight."""
        return cls(column="x"), cls(column="y", centre=0.5, weight="w")

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        cells, (values, weight) = cells.grouped(batch.numbers(self.column), weights(batch, self.weight))
        assert values is not None
        offset = values - self.centre
        left_out = ~np.isfinite(offset)
        if weight is not None:
            left_out |= weight == 0  # weighs nothing in the extremes either
        n = (
            cells.rows(len(batch)).astype(float)
            if weight is None
            else cells.sum(np.where(left_out, 0, weight))
        )
        if left_out.any():
            n = n - cells.count(left_out) if weight is None else n
            values = np.where(left_out, np.nan, values)
            offset[left_out] = 0.0
        weighted = offset if weight is None else offset * weight
        return State(
            self,
            {
                "n": n,
                "total": cells.sum(weighted),
                "squares": cells.sum(weighted * offset),
                "low": _extreme(cells, np.fmin, values, np.inf),
                "high": _extreme(cells, np.fmax, values, -np.inf),
            },
        )


def _extreme(cells: Cells, ufunc: np.ufunc, values: np.ndarray, empty: float) -> np.ndarray:
    found = cells.reduce(ufunc, values, empty)
    return np.where(np.isnan(found), empty, found)
