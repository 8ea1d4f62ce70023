"""Sums of the losses of predicted class probabilities: log loss and Brier score of several classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import EPSILON

Floats = npt.NDArray[np.float64]


class ClassLosses(Summary, frozen=True, kw_only=True):
    """Sums over labelled rows of the log loss and of the Brier score over all classes.

    Attributes
    ----------
    classes : tuple of str
        Known classes.
    scores : tuple of str
        Column of the predicted probability of each class, in the same order.
    label : str or None
    weight : str, optional

    Notes
    -----
    State, each of shape (cells,), float64: ``n`` labelled rows whose scores all lie in [0, 1]; ``log`` and
    ``log_squares``, sums of ``-log p(true class)`` and its square; ``brier`` and ``brier_squares``, sums of
    ``sum_k (p_k - y_k)^2`` and its square; ``improper``, labelled rows left out because a score is missing or
    outside [0, 1]; ``unlabelled``, rows without a label of a known class. Counts are exact, sums up to the order
    of addition. Scores are taken as they are, not divided by their sum.
    """

    classes: tuple[str, ...]
    scores: tuple[str, ...]
    label: str | None = None
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (*(name for name in (self.label, self.weight) if name is not None), *self.scores)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        names = ("n", "log", "log_squares", "brier", "brier_squares", "improper", "unlabelled")
        return {name: Field((), "f8") for name in names}

    @classmethod
    def examples(cls) -> tuple[ClassLosses, ...]:
        """Return specs for the law suite."""
        return (
            cls(classes=("0", "1", "2"), scores=("s", "s2", "s"), label="i", weight="w"),
            cls(classes=("0", "1"), scores=("s2", "s"), label="l"),
            cls(classes=("0", "1"), scores=("s", "s2")),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        if not len(batch):
            return self.empty(cells.size)
        true = Confusion(classes=self.classes, label=self.label).true(batch)
        weight = weights(batch, self.weight)
        one = np.ones(len(batch)) if weight is None else weight
        matrix = np.column_stack([batch.numbers(name) for name in self.scores])
        known = true < len(self.classes)
        kept = known & ((matrix >= 0) & (matrix <= 1)).all(axis=1)
        arrays = dict.fromkeys(self.fields(), np.zeros(cells.size))
        arrays["improper"] = _sums(cells, known & ~kept, one)
        arrays["unlabelled"] = _sums(cells, ~known, one)
        arrays["n"] = _sums(cells, kept, one)
        for name, loss in zip(("log", "brier"), _losses(matrix[kept], true[kept]), strict=True):
            arrays[name] = _sums(cells, kept, one[kept] * loss)
            arrays[f"{name}_squares"] = _sums(cells, kept, one[kept] * loss * loss)
        return State(self, arrays)


def _losses(matrix: Floats, true: npt.NDArray[np.int32]) -> tuple[Floats, Floats]:
    """Return log loss and Brier score of each row, shapes (n,)."""
    hit = matrix[np.arange(len(matrix)), true]
    brier = (matrix * matrix).sum(axis=1) - 2 * hit + 1
    return -np.log(np.maximum(hit, EPSILON)), brier


def _sums(cells: Cells, rows: npt.NDArray[np.bool_], values: Floats) -> Floats:
    """Return the sum over the chosen rows of each cell; `values` has all rows or the chosen ones only."""
    chosen = values if len(values) != len(rows) else values[rows]
    codes = np.zeros(len(chosen), np.intp) if cells.codes is None else cells.codes[rows]
    return np.bincount(codes, chosen, cells.size).astype(np.float64)  # of no rows numpy returns integers
