"""A uniform sample of whole rows that merges: those with the smallest hash of their id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.hashing import mix
from vedette.summaries._bottom_k import NO_KEY, Keys, bound, places, repeats
from vedette.summaries.base import Array, Field, State, Summary

Ints = npt.NDArray[np.intp]


class Sample(Summary, frozen=True, kw_only=True):
    """The `k` rows of smallest keyed hash: joint values of several columns, for methods that need rows.

    The hash decides by itself who is in, so any split, order and repetition of the rows gives the same sample, and
    two samples of the same ids hold the same events. It is uniform over distinct ids: an id that comes twice counts
    once (of two versions the one of larger content hash), rows without an id count as one row. It misleads about
    what is rarer than about one in `k`.

    Attributes
    ----------
    id : str, optional
        Unique name of a row; without it the row number of the source, which only a source that is always read in
        the same order has.
    numbers : tuple of str
        Number columns to hold.
    categories : tuple of (str, tuple of str)
        Category columns to hold, each with its known categories.
    k : int
    salt : int
        Another salt draws another sample.

    Notes
    -----
    State: ``keys`` of shape (cells, k), uint64, rising, `NO_KEY` in empty places; ``numbers`` of shape (cells, k,
    columns), float64, nan where missing; ``codes`` of shape (cells, k, columns), int32, as `Batch.codes`: -1
    missing, -2 unknown; ``rows`` of shape (cells,), rows seen, repeats included. Exact.
    ``k (8 + 8 numbers + 4 categories)`` bytes a cell.

    References
    ----------
    E. Cohen, H. Kaplan (2007), Summarizing data using bottom-k sketches, doi:10.1145/1281100.1281133.
    """

    id: str | None = None
    numbers: tuple[str, ...] = ()
    categories: tuple[tuple[str, tuple[str, ...]], ...] = ()
    k: int = 2000
    salt: int = 0

    def reads(self) -> tuple[str, ...]:
        """Return the columns that `observe` needs."""
        named = (*self.numbers, *(column for column, _ in self.categories))
        return named if self.id is None else (self.id, *named)

    def fields(self) -> dict[str, Field]:
        """Return the arrays of a state."""
        return {
            "keys": Field((self.k,), "u8"),
            "numbers": Field((self.k, len(self.numbers)), "f8"),
            "codes": Field((self.k, len(self.categories)), "i4"),
            "rows": Field(),
        }

    @classmethod
    def examples(cls) -> tuple[Sample, ...]:
        """Return specs that overflow, that do not, and that hold repeated ids."""
        categories = (("c", ("a", "b")), ("g", ("u", "v", "w")))
        return (
            cls(id="id", numbers=("x", "y"), categories=categories, k=5),
            cls(id="id", numbers=("s",), k=100, salt=7),
            cls(id="q", numbers=("x", "i"), categories=categories, k=4),
        )

    def empty(self, cells: int = 1) -> State:
        """Return the state of no rows."""
        arrays: dict[str, Array] = {
            name: np.zeros((cells, *field.shape), field.dtype) for name, field in self.fields().items()
        }
        arrays["keys"][:] = NO_KEY
        arrays["numbers"][:] = np.nan
        arrays["codes"][:] = -1
        return State(self, arrays)

    def observe(self, batch: Batch, cells: Cells) -> State:
        """Return the state of the batch's rows."""
        keys = batch.keys(self.id, self.salt)
        cell = np.zeros(len(keys), np.intp) if cells.codes is None else cells.codes
        rows = cells.rows(len(keys))
        limit = bound(rows, self.k)
        state = self._held(batch, cell, np.flatnonzero(keys <= limit[cell]), rows)
        if np.any((state["keys"][:, -1] == NO_KEY) & (limit < NO_KEY)):
            return self._held(batch, cell, np.arange(len(keys)), rows)  # repeated ids left too few
        return state

    def _held(
        self, batch: Batch, cells: npt.NDArray[np.integer], at: Ints, rows: npt.NDArray[np.int64]
    ) -> State:
        """Return the sample of the rows `at`."""

        def values(chosen: Ints) -> dict[str, Array]:
            taken = at[chosen]
            numbers = [batch.numbers(name)[taken] for name in self.numbers]
            codes = [batch.codes(name, known)[taken] for name, known in self.categories]
            return {
                "numbers": np.column_stack(numbers) if numbers else np.zeros((len(taken), 0)),
                "codes": np.column_stack(codes) if codes else np.zeros((len(taken), 0), np.int32),
            }

        return self._lowest(cells[at], batch.keys(self.id, self.salt)[at], values, rows)

    def merge(self, left: State, right: State) -> State:
        """Return the sample of both sides' rows together, cell by cell."""
        cells = np.tile(np.arange(len(left)), 2)
        return self._gathered(_joined(left, right), cells, len(left))

    def add_rows(self, total: State, rows: npt.NDArray[np.intp], part: State) -> None:
        """Merge each cell of `part` into cell ``rows[i]`` of `total` in place."""
        seen = total["rows"][rows].any()  # the first part of all is most often the only one
        for name, array in (self.merge(total.take(rows), part) if seen else part).arrays.items():
            total.arrays[name][rows] = array

    def fold(self, state: State, groups: Sequence[npt.NDArray[np.intp]]) -> State:
        """Return one sample for each group of cells."""
        taken = np.concatenate([np.zeros(0, np.intp), *groups]).astype(np.intp)
        cells = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        return self._gathered(state.take(taken), cells, len(groups))

    def _gathered(self, state: State, cells: Ints, size: int) -> State:
        """Return `size` samples, each of those cells of `state` that `cells` sends there."""
        keys = state["keys"].ravel()
        at = np.flatnonzero(keys != NO_KEY)
        flat = {name: state[name].reshape(len(keys), state[name].shape[-1]) for name in ("numbers", "codes")}
        rows = np.zeros(size, np.int64)
        np.add.at(rows, cells, state["rows"])
        return self._lowest(
            np.repeat(cells, self.k)[at],
            keys[at],
            lambda chosen: {name: array[at[chosen]] for name, array in flat.items()},
            rows,
        )

    def _lowest(
        self,
        cells: npt.NDArray[np.integer],
        keys: Keys,
        values: Callable[[Ints], dict[str, Array]],
        rows: npt.NDArray[np.int64],
    ) -> State:
        """Return the `k` rows of smallest key of each cell, each key once; only their `values` are taken."""
        order = np.lexsort((keys, cells)) if len(rows) > 1 else np.argsort(keys)
        again = repeats(cells[order], keys[order])
        if again.any():
            order = np.lexsort((~_content(values(np.arange(len(keys)))), keys, cells))
        order = order[~again]
        place = np.full(len(keys), self.k)
        place[order] = places(cells[order], len(rows))
        chosen = np.flatnonzero(place < self.k)  # in the order of the rows, which are quickest to take so
        state = self.empty(len(rows))
        for name, array in {"keys": keys[chosen], **values(chosen)}.items():
            state.arrays[name][cells[chosen], place[chosen]] = array
        state.arrays["rows"] = rows.astype(np.int64)
        return state


def _content(held: dict[str, Array]) -> Keys:
    """Return a hash of each row's values, so that of two versions of an id the same one stays in any order."""
    numbers, codes = held["numbers"], held["codes"]
    content = np.zeros(len(numbers), np.uint64)
    for column in (*(numbers + 0.0).view(np.uint64).T, *codes.astype(np.int64).view(np.uint64).T):
        content = mix(content ^ column)
    return content


def _joined(left: State, right: State) -> State:
    return State(
        left.spec, {name: np.concatenate((a, right.arrays[name])) for name, a in left.arrays.items()}
    )


__all__ = ["NO_KEY", "Sample"]
