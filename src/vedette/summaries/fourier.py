"""Random Fourier sums: what a kernel distance between whole rows, all columns at once, is computed from."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.special import ndtri

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.hashing import mix
from vedette.summaries.base import Field, State, Summary

Floats = npt.NDArray[np.float64]
#: Rows worked on at a time: what a processor's cache holds.
_ROWS = 4096
#: Standard deviations beyond which a number counts as that far away.
FAR = 10.0


class Fourier(Summary, frozen=True, kw_only=True):
    """Sums of ``sqrt(1/m) (cos Wx, sin Wx)`` over rows, for `m` fixed random frequencies W of a Gaussian kernel.

    The distance of two means of it is the maximum mean discrepancy of the two sets of rows, up to ``O(1/sqrt(m))``.

    Attributes
    ----------
    columns : tuple of str
        Number columns, taken together.
    centres, scales : tuple of float
        What is subtracted from each column and what it is divided by; a missing entry counts as the centre.
    embedding : str
        Instead, one column of vectors; each is brought to length 1, and rows without one are left out.
    length : float
        Length scale of the kernel, in the units of the scaled columns.
    frequencies : int
        Their number m; the state has 2m sums.
    products : bool
        Also sum the products of all pairs: the reference's law under no change is read off them.

    Notes
    -----
    State, float64: ``rows`` of shape (cells,), ``total`` of shape (cells, 2m), and with `products` ``products`` of
    shape (cells, 2m, 2m). Sums merge up to the order of addition. Frequencies come from a hash, so that they are the
    same in every release and on every machine.

    References
    ----------
    A. Rahimi, B. Recht (2007), Random features for large-scale kernel machines, NeurIPS 20.
    """

    columns: tuple[str, ...] = ()
    centres: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()
    embedding: str = ""
    length: float = 1.0
    frequencies: int = 128
    products: bool = False

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.embedding,) if self.embedding else self.columns

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        size = 2 * self.frequencies
        both = {"rows": Field((), "f8"), "total": Field((size,), "f8")}
        return {**both, "products": Field((size, size), "f8")} if self.products else both

    @classmethod
    def examples(cls) -> tuple[Fourier, ...]:
        """Return specs with and without products."""
        return (
            cls(columns=("x", "z"), centres=(0.5, 1.0), scales=(4.0, 0.5), frequencies=4),
            cls(columns=("i",), length=2.0, frequencies=3, products=True),
            cls(embedding="e", frequencies=3),
        )

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        state = self.empty(cells.size)
        values, kept = self._values(batch)
        codes = np.zeros(len(batch), np.intp) if cells.codes is None else cells.codes.astype(np.intp)
        values, codes = values[kept], codes[kept]
        waves = frequencies_of(self.frequencies, values.shape[1]) / self.length
        order = np.argsort(codes, kind="stable")
        for start in range(0, len(order), _ROWS):
            part = order[start : start + _ROWS]
            self._add(state, codes[part], values[part] @ waves.T)
        return state

    def _add(self, state: State, codes: npt.NDArray[np.intp], angles: Floats) -> None:
        """Add some rows, ordered by cell, to the state."""
        made = np.concatenate((np.cos(angles), np.sin(angles)), axis=1) / np.sqrt(self.frequencies)
        present, starts = np.unique(codes, return_index=True)
        state.arrays["total"][present] += np.add.reduceat(made, starts, axis=0)
        state.arrays["rows"] += np.bincount(codes, minlength=len(state.arrays["rows"]))
        if self.products:
            for cell, rows in zip(present.tolist(), np.split(made, starts[1:]), strict=True):
                state.arrays["products"][cell] += rows.T @ rows

    def _values(self, batch: Batch) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the scaled numbers of shape (n, d), and which rows count."""
        if self.embedding:
            return vectors_of(batch.arrow(self.embedding))
        values = np.column_stack([batch.numbers(name) for name in self.columns])
        values = (values - (self.centres or 0.0)) / (self.scales or 1.0)
        return np.clip(np.nan_to_num(values, nan=0.0), -FAR, FAR), np.ones(len(batch), bool)


@functools.lru_cache(maxsize=64)
def frequencies_of(count: int, columns: int) -> Floats:
    """Return standard normal frequencies of shape (count, columns), the same for ever."""
    row, column = np.arange(count, dtype=np.uint64), np.arange(columns, dtype=np.uint64)
    number: npt.NDArray[np.uint64] = np.add.outer(row << np.uint64(20), column)
    uniform = (mix(number, 7) >> np.uint64(11)).astype(np.float64) + 0.5
    found: Floats = ndtri(uniform / 2.0**53)
    return found


def vectors_of(column: pa.Array) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return vectors brought to length 1, of shape (n, d), and which rows have one of the usual dimension."""
    lengths = np.asarray(pc.fill_null(pc.list_value_length(column), 0))
    size = int(np.bincount(lengths)[1:].argmax()) + 1 if len(lengths) and lengths.max() else 0
    kept = lengths == size
    found = np.zeros((len(column), size))
    flat = column.filter(pa.array(kept)).flatten().cast(pa.float64()).to_numpy(zero_copy_only=False)
    if size:
        found[kept] = flat.reshape(-1, size)
    with np.errstate(invalid="ignore", over="ignore"):
        norm = np.sqrt((found**2).sum(axis=1))
        kept &= np.isfinite(norm) & (norm > 0)
        return np.divide(found, norm[:, None], out=np.zeros_like(found), where=kept[:, None]), kept
