"""Sums of prediction errors by bin of the prediction: where on its scale a regression errs, and by how much."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.regression_errors import pair

#: Places of ``sums``: rows, rows with a label, and over these the sums of e, |e|, e squared and e to the fourth.
ROWS, LABELLED, ERROR, ABSOLUTE, SQUARE, FOURTH = range(6)


class ErrorBins(Summary, frozen=True, kw_only=True):
    """Rows, and sums of ``e = prediction - label``, in bins of the prediction frozen on the reference.

    Attributes
    ----------
    prediction : str
    label : str or None
        None when the data have no labels at all.
    binning : Binning
        Of the prediction.
    weight : str, optional

    Notes
    -----
    State: ``sums`` of shape (cells, bins, 6), float64: rows, rows with a finite label and a finite prediction, and of
    the latter the sums of ``e``, ``|e|``, ``e**2`` and ``e**4``. Rows without a prediction are in the last bin. Sums
    merge up to the order of addition.
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
        return {"sums": Field((self.binning.size, 6), "f8")}

    @classmethod
    def examples(cls) -> tuple[ErrorBins, ...]:
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
        one = np.ones(len(prediction)) if weight is None else weight
        kept = np.isfinite(prediction) & np.isfinite(label)
        error = np.zeros(len(prediction))
        np.subtract(prediction, label, out=error, where=kept)
        place, size = self.binning.find(prediction), self.binning.size
        with np.errstate(over="ignore", invalid="ignore"):
            square = error * error
            terms = (one, one * kept, one * error, one * np.abs(error), one * square, one * square * square)
            sums = np.stack([cells.tally(place, size, term) for term in terms], axis=-1)
        return State(self, {"sums": sums.astype(np.float64).reshape(cells.size, size, 6)})
