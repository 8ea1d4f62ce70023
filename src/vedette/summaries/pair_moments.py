"""Sums of products of all pairs of number columns: correlations and covariances read it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.base import Field, State, Summary, weights

Floats = npt.NDArray[np.float64]


class PairMoments(Summary, frozen=True, kw_only=True):
    """First and second moments of every pair of columns, over the rows where both are finite.

    Attributes
    ----------
    columns : tuple of str
    centres : tuple of float
        Origin of each column's sums, fitted on the reference: sums about it do not cancel.
    weight : str, optional

    Notes
    -----
    State, each of shape (cells, c, c), float64, with ``x_i`` the offset of column i from its centre and sums over
    rows where columns i and j are both finite: ``n[i, j]`` their number, ``total[i, j] = Σ x_i``,
    ``squares[i, j] = Σ x_i**2``, ``products[i, j] = Σ x_i x_j``. Pairs lose only their own incomplete rows, at the
    price that a matrix of correlations need not be positive definite. ``256 c²`` bits a cell. Sums merge up to the
    order of addition.
    """

    columns: tuple[str, ...]
    centres: tuple[float, ...] = ()
    weight: str | None = None

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return self.columns if self.weight is None else (*self.columns, self.weight)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        shape = (len(self.columns), len(self.columns))
        return {name: Field(shape, "f8") for name in ("n", "total", "squares", "products")}

    @classmethod
    def examples(cls) -> tuple[PairMoments, ...]:
        """Return specs with and without centres and a weight."""
        return cls(columns=("x", "y", "z")), cls(
            columns=("x", "s2", "i"), centres=(0.5, 0.25, 1.0), weight="w"
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        offsets = np.column_stack([batch.numbers(name) for name in self.columns])
        if self.centres:
            offsets -= self.centres
        weight = weights(batch, self.weight)
        state = self.empty(cells.size)
        with np.errstate(over="ignore", invalid="ignore"):
            for cell, rows in _slices(cells, len(batch)):
                sums = _sums(offsets[rows], None if weight is None else weight[rows])
                for name, array in sums.items():
                    state.arrays[name][cell] = array
        return state


def _slices(cells: Cells, n: int) -> Iterator[tuple[int, slice | npt.NDArray[np.intp]]]:
    """Yield each cell that has rows, and its rows; a product of matrices does the rest, so a loop costs little."""
    if cells.codes is None:
        yield 0, slice(0, n)
        return
    order = np.argsort(cells.codes, kind="stable")
    ends = np.cumsum(np.bincount(cells.codes, minlength=cells.size))
    for cell in np.unique(cells.codes).tolist():
        yield cell, order[ends[cell - 1] if cell else 0 : ends[cell]]


def _sums(offsets: Floats, weight: Floats | None) -> dict[str, Floats]:
    weighed = offsets if weight is None else offsets * weight[:, None]
    if np.isfinite(offsets).all():
        n = len(offsets) if weight is None else weight.sum()
        size = offsets.shape[1]
        sums = {
            "n": np.full(size, n),
            "total": weighed.sum(axis=0),
            "squares": (weighed * offsets).sum(axis=0),
        }
        whole = {name: np.repeat(one[:, None], size, axis=1) for name, one in sums.items()}
        return {**whole, "products": offsets.T @ weighed}
    finite = np.isfinite(offsets)
    known = finite.astype(float)
    values, weighed = np.where(finite, offsets, 0.0), np.where(finite, weighed, 0.0)
    counted = known if weight is None else known * weight[:, None]
    return {
        "n": known.T @ counted,
        "total": values.T @ counted,
        "squares": (values**2).T @ counted,
        "products": values.T @ weighed,
    }
