"""Group x predicted x true: what every fairness metric reads."""

from __future__ import annotations

import numpy as np

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights
from vedette.summaries.categories import Categories
from vedette.summaries.confusion import Confusion


class GroupOutcomes(Summary, frozen=True, kw_only=True):
    """A confusion table for each group of a column.

    Attributes
    ----------
    groups : Categories
        The groups: known categories, then other, unseen and missing.
    confusion : Confusion
        The table that is counted in each, and its weight.

    Notes
    -----
    State: ``counts`` of shape (cells, groups, k + 1, k + 2): group by predicted by true class, with the places
    of `Categories` and `Confusion`. Exact.
    """

    groups: Categories
    confusion: Confusion

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return tuple(dict.fromkeys((self.groups.column, *self.confusion.reads())))

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        inner = self.confusion.fields()["counts"]
        return {"counts": Field((self.groups.size, *inner.shape), inner.dtype)}

    @classmethod
    def examples(cls) -> tuple[GroupOutcomes, ...]:
        """Return specs for the law suite."""
        return (
            cls(
                groups=Categories(column="c", known=("a", "b"), rest=("c", "d")),
                confusion=Confusion(classes=("0", "1"), label="l", prediction="p"),
            ),
            cls(
                groups=Categories(column="g", known=("u", "w")),
                confusion=Confusion(classes=("0", "1"), label="l", score="s", weight="w"),
            ),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        field = self.fields()["counts"]
        table = field.shape[1] * field.shape[2]
        places = self.groups.bins(batch) * np.int64(table) + self.confusion.outcomes(batch)
        counts = cells.tally(places, self.groups.size * table, weights(batch, self.confusion.weight))
        return State(self, {"counts": counts.reshape(cells.size, *field.shape)})
