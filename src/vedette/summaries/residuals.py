"""Counts of the error of a prediction in fixed bins: quantiles of errors read it."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.regression_errors import pair


class Residuals(Summary, frozen=True, kw_only=True):
    """Counts of ``prediction - label`` in bins frozen on the reference's residuals.

    Attributes
    ----------
    prediction : str
    label : str or None
        None when the data have no labels at all.
    binning : Binning
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, bins), int64 (float64 with a weight), rows without a finite label and
    prediction in the last; ``low`` and ``high`` of shape (cells,), the extreme residuals, which give the two
    outermost bins an end. Exact.
    """

    prediction: str
    label: str | None = None
    binning: Binning
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (self.prediction, self.label, self.weight)
        return tuple(name for name in named if name is not None)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        counts = Field((self.binning.size,), "i8" if self.weight is None else "f8")
        return {"counts": counts, "low": Field((), "f8", "min"), "high": Field((), "f8", "max")}

    @classmethod
    def examples(cls) -> tuple[Residuals, ...]:
        """Return specs with and without labels and a weight."""
        binning = Binning((-1.0, -0.25, 0.0, 0.25, 1.0))
        return (
            cls(prediction="x", label="y", binning=binning),
            cls(prediction="z", label="i", binning=binning, weight="w"),
            cls(prediction="x", binning=binning),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        prediction, label = pair(batch, self.prediction, self.label)
        weight = weights(batch, self.weight)
        kept = np.isfinite(prediction) & np.isfinite(label)
        residual = np.full(len(batch), np.nan)
        np.subtract(prediction, label, out=residual, where=kept)
        counted = kept if weight is None else kept & (weight > 0)
        return State(
            self,
            {
                "counts": cells.tally(self.binning.find(residual), self.binning.size, weight),
                "low": cells.reduce(np.minimum, np.where(counted, residual, np.inf), np.inf),
                "high": cells.reduce(np.maximum, np.where(counted, residual, -np.inf), -np.inf),
            },
        )
