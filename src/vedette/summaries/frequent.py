"""The most frequent values with their names: what the unseen categories are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.spelling import canonical
from vedette.summaries._bottom_k import places
from vedette.summaries.base import Field, State, Summary

#: Bytes of a name that are kept (UTF-8); names that differ only beyond them count as one.
NAME = 64
Ints = npt.NDArray[np.int64]
Names = npt.NDArray[np.bytes_]


class Frequent(Summary, frozen=True, kw_only=True):
    """Up to `k` frequent values of a column with a lower bound of their counts (Misra and Gries).

    Attributes
    ----------
    column : str
    besides : tuple of str
        Values that are not counted: with the reference's categories here, what is left are the unseen ones.
    k : int
        Values held. Of n rows counted, no count is short by more than ``n / (k + 1)``, so every value more frequent
        than that is held.

    Notes
    -----
    State: ``names`` of shape (cells, k), the first 64 bytes of each value in UTF-8, by falling count, empty in empty
    places; ``counts`` of shape (cells, k), int64; ``short`` of shape (cells,), by how much a count may be too small;
    ``rows`` of shape (cells,), rows counted. Exact while a cell has at most `k` different values.

    References
    ----------
    P. Agarwal, G. Cormode, Z. Huang, J. Phillips, Z. Wei, K. Yi (2013), Mergeable summaries, doi:10.1145/2500128.

    Examples
    --------
    >>> from vedette.testing.rows import observed
    >>> spec = Frequent(column="c", besides=("a",))
    >>> spec.top(observed(spec, c=["a", "z", "a", "y", "z", None]))
    [{'z': 2, 'y': 1}]
    """

    exact = False
    error = "counts short by at most rows / (k + 1)"

    column: str
    besides: tuple[str, ...] = ()
    k: int = 32

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        return (self.column,)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {
            "names": Field((self.k,), f"S{NAME}"),
            "counts": Field((self.k,)),
            "short": Field(),
            "rows": Field(),
        }

    @classmethod
    def examples(cls) -> tuple[Frequent, ...]:
        """Return specs that overflow and that do not, with and without values left out."""
        return (
            cls(column="c", k=2),
            cls(column="c", besides=("a", "b"), k=8),
            cls(column="q", k=3),
            cls(column="x", k=4),
        )

    def top(self, state: State) -> list[dict[str, int]]:
        """Return value -> count, most frequent first, of each cell."""
        cells = zip(state["names"], state["counts"], strict=True)
        return [
            {n.decode(errors="ignore"): int(c) for n, c in zip(names, counts, strict=True) if c}
            for names, counts in cells
        ]

    def agrees(self, left: State, right: State) -> bool:
        """Tell whether two states may be of the same rows: what is known of every count overlaps."""
        if not np.array_equal(left["rows"], right["rows"]):
            return False
        limit = left["rows"] // (self.k + 1)
        if (left["short"] > limit).any() or (right["short"] > limit).any():
            return False
        shorts = zip(left["short"], right["short"], strict=True)
        for one, other, (mine, theirs) in zip(self.top(left), self.top(right), shorts, strict=True):
            for name in one | other:
                least, most = sorted((one.get(name, 0), other.get(name, 0)))
                if least + (mine if one.get(name, 0) == least else theirs) < most:
                    return False
        return True

    def empty(self, cells: int = 1) -> State:
        """Return the state of no rows."""
        return State(self, {name: np.zeros((cells, *f.shape), f.dtype) for name, f in self.fields().items()})

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        counted = batch.codes(self.column, self.besides) == -2
        cell = np.zeros(len(batch), np.int64) if cells.codes is None else cells.codes.astype(np.int64)
        values = canonical(batch.take(counted).arrow(self.column)).dictionary_encode()
        spelled = [name.encode()[:NAME] for name in values.dictionary.to_pylist()]
        names = np.array(spelled, f"S{NAME}")[values.indices.to_numpy(zero_copy_only=False)]
        state = self._counted(cell[counted], names, np.ones(len(names), np.int64), cells.size)
        state.arrays["rows"] = cells.count(counted)
        return state

    def merge(self, left: State, right: State) -> State:
        """Return the state of both sides' rows together, cell by cell."""
        both = State(self, {name: np.concatenate((a, right[name])) for name, a in left.arrays.items()})
        return self._gathered(both, np.tile(np.arange(len(left)), 2), len(left))

    def add_rows(self, total: State, rows: npt.NDArray[np.intp], part: State) -> None:
        """Merge each cell of `part` into cell ``rows[i]`` of `total` in place."""
        for name, array in self.merge(total.take(rows), part).arrays.items():
            total.arrays[name][rows] = array

    def fold(self, state: State, groups: Sequence[npt.NDArray[np.intp]]) -> State:
        """Return a state with one cell for each group of cells, merged."""
        taken = np.concatenate([np.zeros(0, np.intp), *groups]).astype(np.intp)
        cells = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        return self._gathered(state.take(taken), cells, len(groups))

    def _gathered(self, state: State, cells: npt.NDArray[np.intp], size: int) -> State:
        """Return `size` cells, each of those cells of `state` that `cells` sends there."""
        held = state["counts"] > 0
        cell = np.repeat(cells, self.k)[held.ravel()]
        found = self._counted(cell, state["names"][held], state["counts"][held], size)
        for name in ("short", "rows"):
            np.add.at(found.arrays[name], cells, state[name])
        return found

    def _counted(self, cell: npt.NDArray[np.integer], names: Names, counts: Ints, size: int) -> State:
        """Return the `k` largest counts of each cell, all lessened by the largest that is left out."""
        distinct, number = np.unique(names, return_inverse=True)
        width = max(len(distinct), 1)
        pairs, at = np.unique(cell * np.int64(width) + number.ravel(), return_inverse=True)
        total = np.zeros(len(pairs), np.int64)
        np.add.at(total, at.ravel(), counts)
        cell, number = pairs // width, pairs % width
        order = np.lexsort((number, -total, cell))
        cell, number, total = cell[order], number[order], total[order]
        place = places(cell, size)
        state = self.empty(size)
        over = place == self.k
        state.arrays["short"][cell[over]] = total[over]
        total = total - state["short"][cell]
        kept = (place < self.k) & (total > 0)
        state.arrays["names"][cell[kept], place[kept]] = distinct[number[kept]]
        state.arrays["counts"][cell[kept], place[kept]] = total[kept]
        return state
