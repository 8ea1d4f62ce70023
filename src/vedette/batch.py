"""The one columnar thing: Arrow at the boundary, numpy arrays and validity inside.

A `Batch` is a record batch whose columns are converted when first asked for and kept while the batch lives, so
that ten summaries of one column pay for one conversion. Anything that cannot be read as the kind a column has
(text in a number column, a naive time) becomes missing and is counted, never raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.errors import unknown_name
from vedette.hashing import hash_entries, mix, nameless
from vedette.instants import Instants, instants_of
from vedette.numeric import is_numeric, numbers_of
from vedette.spelling import canonical, decoded

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Batch:
    """Rows of named columns.

    Parameters
    ----------
    table : pyarrow.RecordBatch
        The rows; columns may be dictionary encoded.
    first_row : int
        Number of the first row within its source.
    rows : ndarray of shape (n,), int64, optional
        Number of each row within its source, where they do not follow one another.

    Examples
    --------
    >>> batch = Batch(pa.record_batch({"x": [1.0, None, 3.0]}))
    >>> batch.numbers("x")
    array([ 1., nan,  3.])
    """

    def __init__(self, table: pa.RecordBatch, first_row: int = 0, rows: Ints | None = None) -> None:
        self.table = table
        self._rows = rows
        self.first_row = first_row
        self.kept: dict[Any, Any] = {}
        self._position = {name: i for i, name in enumerate(table.schema.names)}

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __contains__(self, name: str) -> bool:
        return name in self._position

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return list(self._position)

    @property
    def rows(self) -> Ints:
        """Number of each row within its source, shape (n,): gives rows without an id a name."""
        return np.arange(self.first_row, self.first_row + len(self)) if self._rows is None else self._rows

    def keep(self, key: Any, make: Callable[[], Any]) -> Any:
        """Return ``make()``, computed once while this batch lives."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def with_column(self, name: str, values: pa.Array) -> Batch:
        """Return a batch with one column added or replaced; conversions of the other columns are kept."""
        if name in self:
            table = self.table.set_column(self._position[name], name, values)
        else:
            table = self.table.append_column(name, values)
        new = Batch(table, self.first_row, self._rows)
        new.kept = {key: value for key, value in self.kept.items() if key[1] != name}
        return new

    def take(self, rows: npt.NDArray[Any]) -> Batch:
        """Return the rows of a boolean mask or an index array."""
        kept = self.rows[rows]
        if rows.dtype == bool:
            return Batch(self.table.filter(pa.array(rows)), self.first_row, kept)
        return Batch(self.table.take(pa.array(rows)), self.first_row, kept)

    def arrow(self, name: str) -> pa.Array:
        """Return the column as Arrow has it."""
        if name not in self._position:
            raise unknown_name("Column", name, self.names, code="schema.unknown-column")
        column = self.table.column(self._position[name])
        if pa.types.is_dictionary(column.type) and column.dictionary.null_count:
            return self.keep(("arrow", name), lambda: decoded(column).dictionary_encode())  # null as an index
        return column

    def numbers(self, name: str) -> Floats:
        """Return float64 values of shape (n,), nan where missing or not a number."""
        values: Floats = self.keep(("numbers", name), lambda: numbers_of(self.arrow(name)))
        return values

    def missing(self, name: str) -> Bools:
        """Return a mask of shape (n,), true where a number is null or nan."""
        mask: Bools = self.keep(("missing", name), lambda: np.isnan(self.numbers(name)))
        return mask

    def wrong_type(self, name: str) -> int:
        """Return how many non-null entries of a number column are not numbers."""
        column = self.arrow(name)
        if is_numeric(column.type):
            return 0
        return int(np.isnan(self.numbers(name)).sum() - column.null_count)

    def codes(self, name: str, categories: tuple[str, ...]) -> npt.NDArray[np.int32]:
        """Return the position of each entry in `categories` of shape (n,); -1 null, -2 none of them."""
        key = ("codes", name, categories)
        codes: npt.NDArray[np.int32] = self.keep(key, lambda: _codes(self.arrow(name), categories))
        return codes

    def times(self, name: str) -> Ints:
        """Return microseconds since the epoch (UTC) of shape (n,); the smallest int64 where missing."""
        return self._instants(name).micros

    def naive_times(self, name: str) -> int:
        """Return how many times carry no zone and are read as UTC."""
        return self._instants(name).naive

    def _instants(self, name: str) -> Instants:
        found: Instants = self.keep(("times", name), lambda: instants_of(self.arrow(name)))
        return found

    def keys(self, name: str | None, salt: int = 0) -> npt.NDArray[np.uint64]:
        """Return a 64-bit hash of each entry of shape (n,); of the row number when `name` is None."""
        key = ("keys", name, salt)
        hashes: npt.NDArray[np.uint64] = self.keep(key, lambda: self._hash(name, salt))
        return hashes

    def nameless(self, name: str) -> Bools | None:
        """Return which entries of an id column are null or nan, None when none is."""
        return nameless(self.arrow(name))

    def _hash(self, name: str | None, salt: int) -> npt.NDArray[np.uint64]:
        if name is None:
            return mix(self.rows.astype(np.uint64), salt)
        return hash_entries(self.arrow(name), salt)


def _codes(column: pa.Array, categories: tuple[str, ...]) -> npt.NDArray[np.int32]:
    known = pa.array(categories, pa.string())
    if pa.types.is_dictionary(column.type):
        position = _positions(canonical(column.dictionary), known)
        indices = column.indices
        if indices.null_count or pa.types.is_uint64(indices.type):
            indices = pc.fill_null(indices.cast(pa.int64()), len(position) - 1)
        taken: npt.NDArray[np.int32] = np.take(position, indices.to_numpy(zero_copy_only=False))
        return taken
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)) and len(column):
        fast = _number_codes(column.to_numpy(zero_copy_only=False), categories)
        if fast is not None:
            return fast
    return _positions(canonical(column), known)[:-1]


def _number_codes(values: npt.NDArray[Any], categories: tuple[str, ...]) -> npt.NDArray[np.int32] | None:
    """Return codes by table for whole numbers near each other (nan: missing), the usual spelling of a class.

    None when that does not apply. Arrow gives a nullable column of integers as floats with nan.
    """
    low, high = np.fmin.reduce(values), np.fmax.reduce(values)
    if not (np.isfinite(low) and float(high) - float(low) < 4096 and abs(float(low)) < 2**53):
        return None
    missing = np.isnan(values) if values.dtype.kind == "f" else None
    offset = values.astype(np.int64) - int(low) if missing is None else values.astype(np.float64) - float(low)
    if missing is not None:
        offset[missing] = 0
        if float(low) % 1 or (offset != np.floor(offset)).any():
            return None
    spelled = {name: code for code, name in enumerate(categories)}
    first = int(low)
    table = np.array([spelled.get(str(first + i), -2) for i in range(int(high) - first + 1)], np.int32)
    codes = table[offset.astype(np.intp, copy=False)]
    if missing is not None:
        codes[missing] = -1
    return codes


def _positions(entries: pa.Array, known: pa.Array) -> npt.NDArray[np.int32]:
    """Return the position of each entry, -1 null, -2 unknown, and a final -1 that null indices point at."""
    found = pc.fill_null(pc.index_in(entries, value_set=known, skip_nulls=True), -2).to_numpy(
        zero_copy_only=False
    )
    codes = np.append(found.astype(np.int32), np.int32(-1))
    if entries.null_count:
        codes[:-1][entries.is_null().to_numpy(zero_copy_only=False)] = -1
    return codes
