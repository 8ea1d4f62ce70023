"""Which cell (window x segment) each row of a batch belongs to, and sums over cells in one pass.

A group axis in ``observe`` was kept because it is measured to be far more than five times as fast as a loop over
groups (``benchmarks/grouped.py``; decision 1 of ARCHITECTURE.md).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Cells:
    """Cell number of every row.

    Parameters
    ----------
    codes : ndarray of shape (n,), integers in [0, size), or None
        None puts every row into one cell.
    size : int
        Number of cells.

    Examples
    --------
    >>> Cells(np.array([0, 1, 1]), 2).sum(np.array([1.0, 2.0, 3.0]))
    array([1., 5.])
    """

    def __init__(self, codes: npt.NDArray[np.integer[Any]] | None = None, size: int = 1) -> None:
        self.codes = codes
        self.size = size

    def rows(self, n: int) -> npt.NDArray[np.int64]:
        """Return the number of rows per cell, given the number of rows `n` of the batch."""
        return np.array([n], np.int64) if self.codes is None else self._rows.copy()

    @cached_property
    def _rows(self) -> npt.NDArray[np.int64]:
        assert self.codes is not None
        return np.bincount(self.codes, minlength=self.size)

    def count(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return how many rows of each cell have `mask` set."""
        if self.codes is None:
            return np.array([np.count_nonzero(mask)], np.int64)
        return np.bincount(self.codes[mask], minlength=self.size)

    def tally(
        self, bins: npt.NDArray[np.integer[Any]], size: int, weight: Floats | None = None
    ) -> npt.NDArray[Any]:
        """Return counts (or summed `weight`) of shape (cells, size) over bin numbers in [0, size)."""
        if self.codes is not None:
            bins = self.codes * np.int64(size) + bins
        flat = np.bincount(bins, weight, minlength=self.size * size)
        if weight is not None:
            flat = flat.astype(np.float64, copy=False)  # numpy counts no rows in int64, weighted or not
        return flat.reshape(self.size, size)

    def sum(self, values: Floats) -> Floats:
        """Return the sum of `values` per cell."""
        if self.codes is None:
            return np.array([values.sum()])
        return self.reduce(np.add, values, 0.0)

    def reduce(self, ufunc: np.ufunc, values: npt.NDArray[Any], empty: float) -> npt.NDArray[Any]:
        """Return ``ufunc`` folded over the values of each cell, `empty` where a cell has no row."""
        found = np.full(self.size, empty)
        if not len(values):
            return found
        if self.codes is None:
            found[0] = ufunc.reduce(values)
            return found
        order, present, starts = self._order
        found[present] = ufunc.reduceat(values if order is None else values[order], starts)
        return found

    def grouped(self, *columns: Floats | None) -> tuple[Cells, list[Floats | None]]:
        """Return the same cells with the rows of each standing together, and the columns in that order.

        Several sums over one column then reorder it once.
        """
        if self.codes is None or not len(self.codes) or self._order[0] is None:
            return self, list(columns)
        return self._grouped, [None if c is None else c[self._order[0]] for c in columns]

    @cached_property
    def _grouped(self) -> Cells:
        assert self.codes is not None
        return Cells(self.codes[self._order[0]], self.size)

    @cached_property
    def _order(self) -> tuple[npt.NDArray[np.intp] | None, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the row order that puts cells together (None if they already are), cells present, their starts."""
        assert self.codes is not None
        codes, order = self.codes, None
        if np.any(codes[1:] < codes[:-1]):
            narrow = codes.astype(np.uint16) if self.size <= 65536 else codes  # 16 bits sort by radix
            order = np.argsort(narrow, kind="stable")
            codes = codes[order]
        starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
        return order, codes[starts].astype(np.intp), starts
