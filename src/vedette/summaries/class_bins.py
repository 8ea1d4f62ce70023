"""Scores of all classes in bins, by predicted class, and how often each came true: several classes without labels."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.confusion import Confusion


class ClassBins(Summary, frozen=True, kw_only=True):
    """Counts of the score of every class in frozen bins, by predicted class; of labelled rows by whether it was true.

    Attributes
    ----------
    classes : tuple of str
        Known classes.
    scores : tuple of str
        Score column of each class, in the same order.
    binnings : tuple of Binning
        Bins of each score, all of the same number.
    label : str or None
    prediction : str, optional
        Column of predicted classes; without it the class of the largest score is predicted.
    weight : str, optional

    Notes
    -----
    State: ``rows`` of shape (cells, k, k, bins): predicted class x class of the score x bin, over rows with a known
    predicted class; ``labelled`` of shape (cells, k, 2, bins, 2): class of the score x whether it is the predicted one
    x bin x whether it is the true one, over those of them with a label of a known class. Bins of a score that has
    fewer than others are left empty at the end, before the one for missing. Exact.
    """

    classes: tuple[str, ...]
    scores: tuple[str, ...]
    binnings: tuple[Binning, ...]
    label: str | None = None
    prediction: str | None = None
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (
            *(name for name in (self.label, self.prediction, self.weight) if name is not None),
            *self.scores,
        )

    @property
    def bins(self) -> int:
        """Bins of the score that has most."""
        return max(binning.size for binning in self.binnings)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        k, kind = len(self.classes), "i8" if self.weight is None else "f8"
        return {"rows": Field((k, k, self.bins), kind), "labelled": Field((k, 2, self.bins, 2), kind)}

    @classmethod
    def examples(cls) -> tuple[ClassBins, ...]:
        """Return specs for the law suite."""
        one, other = Binning((0.0, 0.3, 0.7, 1.1)), Binning((0.0, 0.5, 1.1))
        return (
            cls(
                classes=("0", "1", "2"),
                scores=("s", "s2", "s"),
                binnings=(one, other, one),
                label="i",
                weight="w",
            ),
            cls(classes=("0", "1"), scores=("s2", "s"), binnings=(other, one), label="l", prediction="p"),
            cls(classes=("0", "1"), scores=("s", "s2"), binnings=(one, one)),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        k, size, weight = len(self.classes), self.bins, weights(batch, self.weight)
        table = Confusion(
            classes=self.classes,
            label=self.label,
            prediction=self.prediction,
            scores=() if self.prediction else self.scores,
        )
        predicted, true = table.predicted(batch).astype(np.int64), table.true(batch)
        rows, labelled = [], []
        for one, (score, binning) in enumerate(zip(self.scores, self.binnings, strict=True)):
            place = binning.of(batch, score).astype(np.int64)
            place[place == binning.missing] = size - 1
            counts = cells.tally(predicted * size + place, (k + 1) * size, weight)
            rows.append(counts.reshape(cells.size, k + 1, size)[:, :k])
            # The third place of the last axis is of rows that are not counted: no label, or no prediction.
            fate = np.where((true < k) & (predicted < k), (true == one).astype(np.int64), 2)
            at = ((predicted == one) * np.int64(size) + place) * 3 + fate
            known = cells.tally(at, 6 * size, weight).reshape(cells.size, 2, size, 3)
            labelled.append(known[..., :2])
        return State(self, {"rows": np.stack(rows, axis=2), "labelled": np.stack(labelled, axis=1)})
