"""Losses by bin of a column: what tells how hard the rows are where a column moves to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary, weights
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.histogram import Histogram
from vedette.summaries.regression_errors import RegressionErrors, pair


class BinLosses(Summary, frozen=True, kw_only=True):
    """Labelled rows and their losses in each bin of a column.

    The loss of a classifier is 1 where the predicted class is wrong, that of a regression the absolute error.

    Attributes
    ----------
    numbers : Histogram, optional
        The bins of a number column.
    categories : Categories, optional
        The bins of a category column; one of the two is given.
    confusion : Confusion, optional
        Predicted and true classes, and the weight.
    errors : RegressionErrors, optional
        Predicted and true values, and the weight; one of the two is given.

    Notes
    -----
    State, each of shape (cells, bins): ``labelled`` rows with a label and a prediction, and ``loss``, the sum of
    their losses; for a regression also ``squares``, of the losses' squares. Errors count exactly; sums of absolute
    errors merge up to the order of addition.
    """

    numbers: Histogram | None = None
    categories: Categories | None = None
    confusion: Confusion | None = None
    errors: RegressionErrors | None = None

    @property
    def bins(self) -> Histogram | Categories:
        """Counts of the column whose bins these are."""
        found = self.numbers or self.categories
        assert found is not None
        return found

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return tuple(dict.fromkeys((self.bins.column, *self._outcome.reads())))

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        shape, kind = self.bins.fields()["counts"].shape, "f8" if self._outcome.weight else "i8"
        if self.errors is None:
            return {"labelled": Field(shape, kind), "loss": Field(shape, kind)}
        return {name: Field(shape, "f8") for name in ("labelled", "loss", "squares")}

    @classmethod
    def examples(cls) -> tuple[BinLosses, ...]:
        """Return specs of numbers and categories, of classes and values, with and without a weight."""
        numbers, weighed = Histogram.examples()[0], RegressionErrors(prediction="z", label="i", weight="w")
        categories = Categories.examples()[0]
        return (
            cls(numbers=numbers, confusion=Confusion(classes=("0", "1"), label="l", prediction="p")),
            cls(
                categories=categories,
                confusion=Confusion(classes=("0", "1"), label="l", score="s", weight="w"),
            ),
            cls(numbers=numbers, errors=RegressionErrors(prediction="x", label="y")),
            cls(categories=categories, errors=weighed),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        places, size = self._places(batch), self.fields()["loss"].shape[0]
        weight = weights(batch, self._outcome.weight)
        if self.errors is not None:
            return State(self, self._of_values(batch, cells, places, weight))
        wrong = batch.keep(("wrong", self.confusion), lambda: self._wrong(batch))
        counts = cells.tally(wrong * np.int64(size) + places, 3 * size, weight).reshape(-1, 3, size)
        return State(self, {"labelled": counts[:, 0] + counts[:, 1], "loss": counts[:, 1].copy()})

    @property
    def _outcome(self) -> Confusion | RegressionErrors:
        found = self.confusion or self.errors
        assert found is not None
        return found

    def _places(self, batch: Batch) -> npt.NDArray[np.integer]:
        bins = self.bins
        return bins.binning.of(batch, bins.column) if isinstance(bins, Histogram) else bins.bins(batch)

    def _wrong(self, batch: Batch) -> npt.NDArray[np.int8]:
        """Return 0 where the class is right, 1 where it is wrong, 2 where label or prediction is not known."""
        assert self.confusion is not None
        true, predicted, k = (
            self.confusion.true(batch),
            self.confusion.predicted(batch),
            len(self.confusion.classes),
        )
        return np.where((true < k) & (predicted < k), true != predicted, 2).astype(np.int8)

    def _of_values(
        self,
        batch: Batch,
        cells: Cells,
        places: npt.NDArray[np.integer],
        weight: npt.NDArray[np.float64] | None,
    ) -> dict[str, Array]:
        assert self.errors is not None
        predicted, label = pair(batch, self.errors.prediction, self.errors.label)
        with np.errstate(over="ignore", invalid="ignore"):
            loss = np.abs(predicted - label)
            known = np.isfinite(loss)
            loss = np.where(known, loss, 0.0)
            one = known.astype(float) if weight is None else np.where(known, weight, 0.0)
            size = self.fields()["loss"].shape[0]
            terms = {"labelled": one, "loss": one * loss, "squares": one * loss**2}
            return {name: cells.tally(places, size, term) for name, term in terms.items()}
