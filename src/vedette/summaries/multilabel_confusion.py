"""Predicted by true for each of several labels that a row may carry at once, and how whole rows fare."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Array, Field, State, Summary, weights
from vedette.summaries.confusion import Slots, placed, thresholded

_CLASSES = ("0", "1")


class MultilabelConfusion(Summary, frozen=True, kw_only=True):
    """One two-by-two table a label, and the share of wrong labels of a row.

    Attributes
    ----------
    labels : tuple of str
        Column of each label: 1 where the row carries it, 0 where not, null where that is not known.
    predictions : tuple of str
        Column of each predicted label, in the same order; empty when `scores` are given.
    scores : tuple of str
        Column of each label's score: predicted where ``score >= threshold``.
    threshold : float
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, labels, 3, 4): predicted (no, yes, missing) by true (no, yes, unlabelled,
    neither 0 nor 1); ``rows`` of shape (cells, 4): rows whose every label and prediction is known, those with
    every label right, sum over the former of the share of wrong labels, and sum of its square. Counts are exact,
    the two sums up to the order of addition.
    """

    labels: tuple[str, ...]
    predictions: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    threshold: float = 0.5
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        own = self.predictions or self.scores
        return (*self.labels, *own, *(() if self.weight is None else (self.weight,)))

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        kind = "i8" if self.weight is None else "f8"
        return {"counts": Field((len(self.labels), 3, 4), kind), "rows": Field((4,), "f8")}

    @classmethod
    def examples(cls) -> tuple[MultilabelConfusion, ...]:
        """Return specs for the law suite."""
        return (
            cls(labels=("l", "i"), predictions=("p", "i"), weight="w"),
            cls(labels=("l", "p"), scores=("s", "s2"), threshold=0.25),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        if not len(batch):
            return self.empty(cells.size)
        weight = weights(batch, self.weight)
        counts: list[Array] = []
        wrong, whole = np.zeros(len(batch)), np.ones(len(batch), bool)
        for label in range(len(self.labels)):
            true, predicted = self._true(batch, label), self._predicted(batch, label)
            counts.append(cells.tally(predicted * np.int32(4) + true, 12, weight).reshape(-1, 3, 4))
            wrong += true != predicted
            whole &= (true < 2) & (predicted < 2)
        rows = self._rows(cells, wrong / len(self.labels), whole * (1.0 if weight is None else weight))
        return State(self, {"counts": np.stack(counts, axis=1), "rows": rows})

    def _rows(self, cells: Cells, wrong: Array, weight: Array) -> Array:
        parts = (weight, weight * (wrong == 0), weight * wrong, weight * wrong * wrong)
        codes = np.zeros(len(wrong), np.intp) if cells.codes is None else cells.codes
        return np.stack([np.bincount(codes, part, cells.size) for part in parts], axis=1)

    def _true(self, batch: Batch, label: int) -> Slots:
        """Return 0 or 1, 2 where unlabelled, 3 where the entry is something else."""
        name = self.labels[label]
        if name not in batch:
            return np.full(len(batch), 2, np.int32)
        return placed(batch.codes(name, _CLASSES), (0, 1, 3, 2))

    def _predicted(self, batch: Batch, label: int) -> Slots:
        if self.predictions:
            return placed(batch.codes(self.predictions[label], _CLASSES), (0, 1, 2, 2))
        return thresholded(batch, self.scores[label], self.threshold)
