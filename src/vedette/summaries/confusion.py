"""Counts of predicted class by true class: everything a classification metric without a score reads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights

Slots = npt.NDArray[np.int32]


class Confusion(Summary, frozen=True, kw_only=True):
    """Predicted class by true class, with a place for labels that are missing or outside the known classes.

    Attributes
    ----------
    label : str or None
        None when the data have no labels at all.
    classes : tuple of str
        Known classes; for a binary task the positive one is the last.
    prediction : str, optional
        Column of predicted classes; without it a class is predicted from `score`.
    score : str, optional
        Column of scores of the last class (binary): that class is predicted where ``score >= threshold``.
    scores : tuple of str
        Score columns by class: the largest is predicted (several classes).
    threshold : float
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, k + 1, k + 2): predicted class (last: missing or outside the classes) by
    true class (then unlabelled, then a label outside the classes). Exact.
    """

    classes: tuple[str, ...]
    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    scores: tuple[str, ...] = ()
    threshold: float = 0.5
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (self.label, self.prediction or self.score, self.weight)
        return (*(name for name in named if name is not None), *(() if self.prediction else self.scores))

    @property
    def shape(self) -> tuple[int, int]:
        """Predicted places by true places: (k + 1, k + 2)."""
        return len(self.classes) + 1, len(self.classes) + 2

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"counts": Field(self.shape, "i8" if self.weight is None else "f8")}

    @classmethod
    def examples(cls) -> tuple[Confusion, ...]:
        """Return specs for the law suite."""
        return (
            cls(classes=("0", "1"), label="l", prediction="p"),
            cls(classes=("0", "1"), label="l", score="s", threshold=0.25, weight="w"),
            cls(classes=("0", "1", "2"), label="i", scores=("s", "s2", "x")),
            cls(classes=("a", "b"), label="c"),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        rows, columns = self.shape
        counts = cells.tally(self.outcomes(batch), rows * columns, weights(batch, self.weight))
        return State(self, {"counts": counts.reshape(cells.size, rows, columns)})

    def outcomes(self, batch: Batch) -> Slots:
        """Return the place of each row in one cell's flattened ``counts``, shape (n,)."""
        return self.predicted(batch) * np.int32(self.shape[1]) + self.true(batch)

    def true(self, batch: Batch) -> Slots:
        """Return the class of each label, shape (n,): k where unlabelled, k + 1 where not a known class."""
        k = len(self.classes)
        if self.label is None or self.label not in batch:
            return np.full(len(batch), k, np.int32)
        return placed(batch.codes(self.label, self.classes), (*range(k), k + 1, k))

    def predicted(self, batch: Batch) -> Slots:
        """Return the predicted class of each row, shape (n,): k where there is none."""
        k = len(self.classes)
        if self.prediction is not None:
            return placed(batch.codes(self.prediction, self.classes), (*range(k), k, k))
        if self.score is not None:
            return thresholded(batch, self.score, self.threshold)
        if not self.scores:
            return np.full(len(batch), k, np.int32)
        return _largest([batch.numbers(name) for name in self.scores])


def placed(codes: Slots, places: tuple[int, ...]) -> Slots:
    """Return the place of each code of `Batch.codes`; the last two are of codes -2 (unknown) and -1 (null)."""
    known = len(places) - 2
    if places[:known] == tuple(range(known)) and (not len(codes) or codes.min() >= 0):
        return codes  # nothing to move: spares a gather on complete data
    return np.take(np.array(places, np.int32), codes)


def thresholded(batch: Batch, score: str, threshold: float) -> Slots:
    """Return 1 where ``score >= threshold``, 0 below, 2 where there is no score, shape (n,)."""
    values = batch.numbers(score)
    found = (values >= threshold).astype(np.int32)
    missing = np.isnan(values)
    if missing.any():
        found[missing] = 2
    return found


def _largest(scores: list[npt.NDArray[np.float64]]) -> Slots:
    """Return the position of each row's largest score, the number of scores where one is missing."""
    matrix = np.column_stack(scores)
    missing = np.isnan(matrix).any(axis=1)
    found: Slots = np.argmax(matrix, axis=1).astype(np.int32)
    found[missing] = len(scores)
    return found
