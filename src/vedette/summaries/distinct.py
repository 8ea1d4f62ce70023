"""Number of distinct values, from the smallest hashes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.hashing import mix
from vedette.summaries._bottom_k import NO_KEY, Keys, bound, places, repeats
from vedette.summaries.base import Field, State, Summary

#: The whole span of hashes.
_SPAN = 2.0**64


class Distinct(Summary, frozen=True, kw_only=True):
    """The `k` smallest hashes of a column's values: their number, or their density, counts distinct values.

    Attributes
    ----------
    column : str
    number : bool
        Whether values are compared as numbers, so that 1, 1.0 and "1" are one whatever they are stored as (beyond
        2**53 only as far as float64 tells them apart); otherwise as text.
    k : int
        Up to `k` distinct values the count is exact; beyond, its relative standard error is ``1 / √(k - 2)``: 3 % for
        1024.

    Notes
    -----
    State: ``keys`` of shape (cells, k), uint64, rising, `NO_KEY` in empty places. Merging is exact: the same values
    give the same state in any split and order. 8 k bytes a cell.

    References
    ----------
    Z. Bar-Yossef, T. Jayram, R. Kumar, D. Sivakumar, L. Trevisan (2002), Counting distinct elements in a data stream,
    doi:10.1007/3-540-45726-7_1.

    Examples
    --------
    >>> from vedette.testing.rows import observed
    >>> observed(Distinct(column="x"), x=[3.0, 1.0, 3.0, None]).spec.estimate(
    ...     observed(Distinct(column="x"), x=[3.0, 1.0, 3.0, None]))
    array([2.])
    """

    column: str
    number: bool = True
    k: int = 1024

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {"keys": Field((self.k,), "u8", "min")}

    @classmethod
    def examples(cls) -> tuple[Distinct, ...]:
        """Return specs that overflow and that do not, of numbers and of text."""
        return (
            cls(column="x", k=5),
            cls(column="z", k=64),
            cls(column="c", number=False, k=4),
            cls(column="id", number=False, k=16),
        )

    def estimate(self, state: State) -> npt.NDArray[np.float64]:
        """Return the number of distinct values of each cell: exact up to `k`, beyond it ``(k - 1) / largest``."""
        keys = state["keys"]
        exact = (keys != NO_KEY).sum(axis=1).astype(float)
        density = keys[:, -1] / _SPAN
        return np.where(exact < self.k, exact, np.maximum((self.k - 1) / density, self.k))

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        keys = self._hashes(batch)
        cell = np.zeros(len(keys), np.intp) if cells.codes is None else cells.codes
        limit = bound(cells.rows(len(keys)), self.k)
        found = self._lowest(cell, keys, limit)
        short = (found[:, -1] == NO_KEY) & (limit < NO_KEY)
        if short.any():  # repeated values left too few below the limit
            found = self._lowest(cell, keys, np.where(short, NO_KEY, limit))
        return State(self, {"keys": found})

    def merge(self, left: State, right: State) -> State:
        """Return the state of both sides' rows together, cell by cell."""
        both = np.sort(np.concatenate((left["keys"], right["keys"]), axis=1), axis=1)
        both[:, 1:][both[:, 1:] == both[:, :-1]] = NO_KEY
        return State(self, {"keys": np.sort(both, axis=1)[:, : self.k]})

    def add_rows(self, total: State, rows: npt.NDArray[np.intp], part: State) -> None:
        """Merge each cell of `part` into cell ``rows[i]`` of `total` in place."""
        total.arrays["keys"][rows] = self.merge(total.take(rows), part)["keys"]

    def fold(self, state: State, groups: Sequence[npt.NDArray[np.intp]]) -> State:
        """Return a state with one cell for each group of cells, merged."""
        found = self.empty(len(groups))
        for cell, group in enumerate(groups):
            keys = np.unique(state["keys"][group])[: self.k]
            found.arrays["keys"][cell, : len(keys)] = keys
        return found

    def _hashes(self, batch: Batch) -> Keys:
        """Return a hash of each value, `NO_KEY` where it is missing."""
        if not self.number:
            missing = batch.nameless(self.column)
            keys = batch.keys(self.column)
            return keys if missing is None else np.where(missing, NO_KEY, keys)
        keys = mix((batch.numbers(self.column) + 0.0).view(np.uint64))  # -0.0 becomes 0.0
        return np.where(batch.missing(self.column), NO_KEY, keys)

    def _lowest(self, cell: npt.NDArray[np.integer], keys: Keys, limit: Keys) -> Keys:
        """Return the `k` smallest distinct keys of each cell among those up to its limit."""
        found = self.empty(len(limit))["keys"]
        at = np.flatnonzero((keys <= limit[cell]) & (keys != NO_KEY))
        at = at[np.lexsort((keys[at], cell[at]))]
        at = at[~repeats(cell[at], keys[at])]
        place = places(cell[at], len(limit))
        at, place = at[place < self.k], place[place < self.k]
        found[cell[at], place] = keys[at]
        return found
