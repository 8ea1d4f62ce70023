"""Sums of prediction errors and labels: everything a regression metric reads except quantiles."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary, weights

Floats = npt.NDArray[np.float64]


class RegressionErrors(Summary, frozen=True, kw_only=True):
    """Power sums of the error ``e = prediction - label`` and the label, and sums of relative errors.

    Attributes
    ----------
    prediction : str
    label : str or None
        None when the data have no labels at all.
    centre : float
        Origin of the label's sums, fitted on the reference: sums about it do not cancel.
    weight : str, optional

    Notes
    -----
    State, float64. Of all rows: ``rows`` and ``labelled`` (rows with a finite label), shape (cells,). Of rows with
    a finite label and a finite prediction:

    - ``powers`` of shape (cells, 5, 5): ``powers[a, b] = Σ e**a (label - centre)**b`` for ``a + b <= 4``, so that
      ``powers[0, 0]`` is their number and every variance, covariance and kurtosis follows;
    - ``absolute`` ``Σ|e|``, ``over`` ``Σ e²`` where the prediction is too high, ``largest`` ``max|e|``;
    - ``relative`` of shape (cells, 3): number, sum and sum of squares of ``|e / label|`` where the label is not 0;
    - ``symmetric`` of shape (cells, 2): sum and sum of squares of ``2 |e| / (|label| + |prediction|)``, 0 where
      both are 0.

    Sums merge up to the order of addition; the rest is exact.
    """

    prediction: str
    label: str | None = None
    centre: float = 0.0
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (self.prediction, self.label, self.weight)
        return tuple(name for name in named if name is not None)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        single = {name: Field((), "f8") for name in ("rows", "labelled", "absolute", "over")}
        shaped = {
            "powers": Field((5, 5), "f8"),
            "relative": Field((3,), "f8"),
            "symmetric": Field((2,), "f8"),
        }
        return {**single, **shaped, "largest": Field((), "f8", "max")}

    @classmethod
    def examples(cls) -> tuple[RegressionErrors, ...]:
        """Return specs with and without labels and a weight."""
        return (
            cls(prediction="x", label="y", centre=0.5),
            cls(prediction="z", label="i", weight="w"),
            cls(prediction="x"),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        prediction, label = pair(batch, self.prediction, self.label)
        weight = weights(batch, self.weight)
        one = np.ones(len(batch)) if weight is None else weight
        kept = np.isfinite(prediction) & np.isfinite(label)
        if weight is not None:
            kept &= weight > 0
        whole = {"rows": cells.sum(one), "labelled": cells.sum(np.where(np.isfinite(label), one, 0.0))}
        sums = self._sums(cells, *(np.where(kept, v, 0.0) for v in (prediction, label, one)))
        return State(self, {**whole, **sums})

    def _sums(self, cells: Cells, prediction: Floats, label: Floats, weight: Floats) -> dict[str, Array]:
        """Return the sums over rows that are kept; the others have weight 0."""
        with np.errstate(over="ignore", invalid="ignore"):
            error = prediction - label
            size = np.abs(error)
            relative = np.divide(size, np.abs(label), out=np.zeros_like(size), where=label != 0)
            reach = np.abs(prediction) + np.abs(label)
            symmetric = np.divide(2 * size, reach, out=np.zeros_like(size), where=reach > 0)
            return {
                "powers": self._powers(cells, error, label - self.centre, weight),
                "absolute": cells.sum(size * weight),
                "over": cells.sum(np.where(error > 0, error, 0.0) ** 2 * weight),
                "relative": stacked(cells, weight * (label != 0), weight * relative, weight * relative**2),
                "symmetric": stacked(cells, weight * symmetric, weight * symmetric**2),
                "largest": cells.reduce(np.maximum, np.where(weight > 0, size, -np.inf), -np.inf),
            }

    @staticmethod
    def _powers(cells: Cells, error: Floats, label: Floats, weight: Floats) -> Floats:
        powers = np.zeros((cells.size, 5, 5))
        of_label = weight
        for b in range(5):
            product = of_label
            for a in range(5 - b):
                powers[:, a, b] = cells.sum(product)
                product = product * error
            of_label = of_label * label
        return powers


def pair(batch: Batch, prediction: str, label: str | None) -> tuple[Floats, Floats]:
    """Return predictions and labels of shape (n,), nan where missing; labels all missing without a column."""
    predicted = batch.numbers(prediction)
    known = label is not None and label in batch
    return predicted, batch.numbers(str(label)) if known else np.full(len(predicted), np.nan)


def stacked(cells: Cells, *terms: Floats) -> Floats:
    """Return the sum of each term per cell, shape (cells, terms)."""
    return np.stack([cells.sum(term) for term in terms], axis=-1)
