"""Counts of known categories, of the rest, of unseen ones and of missing: a category column's state."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights


class Categories(Summary, frozen=True, kw_only=True):
    """Counts of a category column by the categories frozen on the reference.

    Attributes
    ----------
    column : str
    known : tuple of str
        Most frequent categories of the reference, each counted by itself.
    rest : tuple of str
        Further categories of the reference, counted together as *other*.
    weight : str, optional

    Notes
    -----
    State: ``counts`` of shape (cells, len(known) + 3): known ..., other, unseen, missing. Exact.
    """

    column: str
    known: tuple[str, ...]
    rest: tuple[str, ...] = ()
    weight: str | None = None

    @property
    def size(self) -> int:
        """Number of counts of one cell."""
        return len(self.known) + 3

    def names(self) -> list[str]:
        """Return what each count is of, for tables and axes."""
        return [*self.known, "(other)", "(unseen)", "(missing)"]

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,) if self.weight is None else (self.column, self.weight)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"counts": Field((self.size,), "i8" if self.weight is None else "f8")}

    @classmethod
    def examples(cls) -> tuple[Categories, ...]:
        """Return specs with other, unseen and dictionary-encoded categories."""
        return cls(column="c", known=("a", "b"), rest=("d",)), cls(column="g", known=("u", "v"), weight="w")

    def bins(self, batch: Batch) -> npt.NDArray[np.int32]:
        """Return the position of each row in `names`, shape (n,)."""
        found: npt.NDArray[np.int32] = batch.keep(
            ("categories", self.column, self.known, self.rest), lambda: self._bins(batch)
        )
        return found

    def _bins(self, batch: Batch) -> npt.NDArray[np.int32]:
        return _slots(len(self.known), len(self.rest))[batch.codes(self.column, self.known + self.rest)]

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        counts = cells.tally(self.bins(batch), self.size, weights(batch, self.weight))
        return State(self, {"counts": counts})


@functools.lru_cache(maxsize=256)
def _slots(known: int, rest: int) -> npt.NDArray[np.int32]:
    """Return code -> position; codes -1 (missing) and -2 (unseen) index from the end."""
    table = np.arange(known + rest + 2, dtype=np.int32)
    table[known : known + rest] = known
    table[-2:] = (known + 1, known + 2)
    return table
