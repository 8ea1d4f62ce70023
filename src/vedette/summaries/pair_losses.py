"""Losses in the cells of every pair of features: what slices of one and two features are read off."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion
from vedette.summaries.histogram import Histogram
from vedette.summaries.regression_errors import RegressionErrors, pair

Places = npt.NDArray[np.intp]
#: Groups of a feature: about ten of a number, the most frequent categories; then other and missing.
GROUPS = 12


class PairLosses(Summary, frozen=True, kw_only=True):
    """Labelled rows, losses and their squares in each cell of each pair of features.

    The loss of a classifier is 1 where the predicted class is wrong, that of a regression the absolute error.

    Attributes
    ----------
    numbers : tuple of Histogram
        Number features, by their coarse bins.
    categories : tuple of Categories
        Category features: the ten most frequent, the rest together, missing.
    confusion : Confusion, optional
        Predicted and true classes, and the weight.
    errors : RegressionErrors, optional
        Predicted and true values, and the weight; one of the two is given.

    Notes
    -----
    State, float64: ``sums`` of shape (cells, pairs, `GROUPS`, `GROUPS`, 3), pairs in the order of
    ``itertools.combinations`` over numbers, then categories. Sums merge up to the order of addition.
    """

    numbers: tuple[Histogram, ...] = ()
    categories: tuple[Categories, ...] = ()
    confusion: Confusion | None = None
    errors: RegressionErrors | None = None

    @property
    def features(self) -> tuple[Histogram | Categories, ...]:
        """The features in order."""
        return (*self.numbers, *self.categories)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Positions of the two features of each pair."""
        return list(combinations(range(len(self.features)), 2))

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return tuple(dict.fromkeys((*(f.column for f in self.features), *self._outcome.reads())))

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"sums": Field((len(self.pairs), GROUPS, GROUPS, 3), "f8")}

    @classmethod
    def examples(cls) -> tuple[PairLosses, ...]:
        """Return specs of classes and of values."""
        numbers, categories = Histogram.examples()[:1], Categories.examples()[:1]
        confusion = Confusion(classes=("0", "1"), label="l", prediction="p", weight="w")
        return (
            cls(numbers=numbers, categories=categories, confusion=confusion),
            cls(numbers=numbers, categories=categories, errors=RegressionErrors(prediction="x", label="y")),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        weight, loss = self._losses(batch)
        groups = [grouped(feature, batch) for feature in self.features]
        sums = np.empty((cells.size, len(self.pairs), GROUPS, GROUPS, 3))
        for number, (i, j) in enumerate(self.pairs):
            places = groups[i] * GROUPS + groups[j]
            for k, term in enumerate((weight, weight * loss, weight * loss**2)):
                counts = cells.tally(places, GROUPS * GROUPS, term)
                sums[:, number, :, :, k] = counts.reshape(cells.size, GROUPS, GROUPS)
        return State(self, {"sums": sums})

    @property
    def _outcome(self) -> Confusion | RegressionErrors:
        found = self.confusion or self.errors
        assert found is not None
        return found

    def _losses(self, batch: Batch) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the weight of each row, 0 where it has no loss, and the loss."""
        loss = losses(batch, self.confusion, self.errors)
        given = weights(batch, self._outcome.weight)
        known = np.isfinite(loss)
        return np.where(known, 1.0 if given is None else given, 0.0), np.where(known, loss, 0.0)


def losses(
    batch: Batch, confusion: Confusion | None, errors: RegressionErrors | None
) -> npt.NDArray[np.float64]:
    """Return the loss of each row, shape (n,), nan where label or prediction is not known."""
    if confusion is not None:
        true, predicted, k = confusion.true(batch), confusion.predicted(batch), len(confusion.classes)
        return np.where((true < k) & (predicted < k), (true != predicted).astype(float), np.nan)
    assert errors is not None
    predictions, labels = pair(batch, errors.prediction, errors.label)
    with np.errstate(invalid="ignore", over="ignore"):
        found = np.abs(predictions - labels)
    return np.where(np.isfinite(found), found, np.nan)


def grouped(feature: Histogram | Categories, batch: Batch) -> Places:
    """Return the group of each row, shape (n,), of `GROUPS`; the last is missing."""
    if isinstance(feature, Histogram):
        bins = feature.binning.of(batch, feature.column)
        starts = np.asarray((feature.coarse or (0,))[: GROUPS - 1])
        found = np.searchsorted(starts, bins, side="right") - 1
        return np.where(bins == feature.binning.missing, GROUPS - 1, found)
    places = feature.bins(batch)
    return np.where(places == feature.size - 1, GROUPS - 1, np.minimum(places, GROUPS - 2)).astype(np.intp)


def group_names(feature: Histogram | Categories) -> list[str]:
    """Return what each group is of, in words."""
    if isinstance(feature, Categories):
        known = [f"{feature.column} = {name}" for name in feature.known[: GROUPS - 2]]
        named = [*known, f"{feature.column} = (other)"]
    else:
        starts = (feature.coarse or (0,))[: GROUPS - 1]
        inner = [f"{feature.binning.edges[start - 1]:.4g}" for start in starts[1:]]
        ends = list(zip(["", *inner], [*inner, ""], strict=True))
        named = [_between(feature.column, low, high) for low, high in ends]
    return [*named, *([""] * (GROUPS - 1 - len(named))), f"{feature.column} missing"]


def _between(column: str, low: str, high: str) -> str:
    if low and high:
        return f"{low} <= {column} < {high}"
    return f"{column} < {high}" if high else f"{column} >= {low}" if low else f"any {column}"
