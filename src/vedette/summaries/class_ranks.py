"""Rank of the true class among the scores of all classes: top-k accuracy for every k."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.confusion import Confusion


class ClassRanks(Summary, frozen=True, kw_only=True):
    """Counts of the rank of the true class's score.

    Attributes
    ----------
    classes : tuple of str
        Known classes.
    scores : tuple of str
        Score column of each class, in the same order.
    label : str or None
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, k + 2): true class has the largest score, the second largest, ..., the
    smallest; then rows of a known class with a missing score; then rows without a label of a known class. Of
    equal scores the later class ranks first, as in scikit-learn. Exact.
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
        return {"counts": Field((len(self.classes) + 2,), "i8" if self.weight is None else "f8")}

    @classmethod
    def examples(cls) -> tuple[ClassRanks, ...]:
        """Return specs for the law suite."""
        return (
            cls(classes=("0", "1", "2"), scores=("s", "s2", "s"), label="i", weight="w"),
            cls(classes=("0", "1"), scores=("s2", "s"), label="l"),
            cls(classes=("0", "1"), scores=("s", "s2")),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        ranks = self.ranks(batch)
        return State(self, {"counts": cells.tally(ranks, len(self.classes) + 2, weights(batch, self.weight))})

    def ranks(self, batch: Batch) -> npt.NDArray[np.int64]:
        """Return the place of each row in ``counts``, shape (n,)."""
        k = len(self.classes)
        true = Confusion(classes=self.classes, label=self.label).true(batch)
        matrix = np.column_stack([batch.numbers(name) for name in self.scores])
        own = matrix[np.arange(len(matrix)), np.minimum(true, k - 1)][:, None]
        ahead = (matrix > own) | ((matrix == own) & (np.arange(k) > true[:, None]))
        ranks: npt.NDArray[np.int64] = ahead.sum(axis=1)
        ranks[np.isnan(matrix).any(axis=1)] = k
        ranks[true >= k] = k + 1
        return ranks
