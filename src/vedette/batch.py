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
        Number of the first row within its source; gives rows without an id a name.

    Examples
    --------
    >>> batch = Batch(pa.record_batch({"x": [1.0, None, 3.0]}))
    >>> batch.numbers("x")
    array([ 1., nan,  3.])
    """

    def __init__(self, table: pa.RecordBatch, first_row: int = 0) -> None:
        self.table = table
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
        new = Batch(table, self.first_row)
        new.kept = {key: value for key, value in self.kept.items() if key[1] != name}
        return new

    def take(self, rows: npt.NDArray[Any]) -> Batch:
        """Return the rows of a boolean mask or an index array."""
        if rows.dtype == bool:
            return Batch(self.table.filter(pa.array(rows)), self.first_row)
        return Batch(self.table.take(pa.array(rows)), self.first_row)

    def arrow(self, name: str) -> pa.Array:
        """Return the column as Arrow has it."""
        if name not in self._position:
            raise unknown_name("Column", name, self.names, code="schema.unknown-column")
        return self.table.column(self._position[name])

    def numbers(self, name: str) -> Floats:
        """Return float64 values of shape (n,), nan where missing or not a number."""
        values: Floats = self.keep(("numbers", name), lambda: _numbers(self.arrow(name)))
        return values

    def missing(self, name: str) -> Bools:
        """Return a mask of shape (n,), true where a number is null or nan."""
        mask: Bools = self.keep(("missing", name), lambda: np.isnan(self.numbers(name)))
        return mask

    def wrong_type(self, name: str) -> int:
        """Return how many non-null entries of a number column are not numbers."""
        column = self.arrow(name)
        if not is_text(column.type):
            return 0
        return int(np.isnan(self.numbers(name)).sum() - column.null_count)

    def codes(self, name: str, categories: tuple[str, ...]) -> npt.NDArray[np.int32]:
        """Return the position of each entry in `categories` of shape (n,); -1 null, -2 none of them."""
        key = ("codes", name, categories)
        codes: npt.NDArray[np.int32] = self.keep(key, lambda: _codes(self.arrow(name), categories))
        return codes

    def times(self, name: str) -> Ints:
        """Return microseconds since the epoch (UTC) of shape (n,); the smallest int64 where missing."""
        values: Ints = self.keep(("times", name), lambda: _times(self.arrow(name)))
        return values

    def keys(self, name: str | None, salt: int = 0) -> npt.NDArray[np.uint64]:
        """Return a 64-bit hash of each entry of shape (n,); of the row number when `name` is None."""
        key = ("keys", name, salt)
        hashes: npt.NDArray[np.uint64] = self.keep(key, lambda: self._hash(name, salt))
        return hashes

    def _hash(self, name: str | None, salt: int) -> npt.NDArray[np.uint64]:
        if name is None:
            rows = np.arange(self.first_row, self.first_row + len(self), dtype=np.uint64)
            return mix(rows, salt)
        return hash_entries(self.arrow(name), salt)


#: Marks a missing time.
NO_TIME = np.iinfo(np.int64).min


def is_text(kind: pa.DataType) -> bool:
    """Tell whether entries are strings, dictionary encoded or not."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner))


def canonical(column: pa.Array) -> pa.Array:
    """Return the entries as strings in the one spelling classes and categories are compared in.

    Whole floats lose their ``.0`` and booleans become 0 and 1, so that ``1``, ``1.0``, ``True`` and ``"1"`` are
    the same class however a pipeline stored them.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_decimal(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    if pa.types.is_floating(kind):
        return _canonical_floats(column)
    return column.cast(pa.string())


def _canonical_floats(column: pa.Array) -> pa.Array:
    values = column.to_numpy(zero_copy_only=False)
    column = pa.array(values, from_pandas=True)  # nan is a missing category
    whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**53)
    if whole[np.asarray(column.is_valid())].all():
        return column.cast(pa.int64()).cast(pa.string())
    spelled = column.cast(pa.string())
    ints = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
    return pc.if_else(pa.array(whole), ints, spelled)


def _numbers(column: pa.Array) -> Floats:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        if column.null_count == 0 or pa.types.is_floating(kind):
            return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if is_text(kind):
        return _parsed(column)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    try:
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return np.full(len(column), np.nan)


#: What counts as a number in a text column.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def _parsed(column: pa.Array) -> Floats:
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    numeric = pc.match_substring_regex(trimmed, _NUMBER)
    digits = pc.if_else(numeric, trimmed, pa.scalar(None, pa.string()))
    plain = pc.replace_substring_regex(digits, r"^\+", "")
    return np.asarray(plain.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def _codes(column: pa.Array, categories: tuple[str, ...]) -> npt.NDArray[np.int32]:
    known = pa.array(categories, pa.string())
    if pa.types.is_dictionary(column.type):
        position = _positions(canonical(column.dictionary), known)
        indices = column.indices
        if indices.null_count:
            indices = pc.fill_null(indices, len(position) - 1)
        return np.take(position, indices.to_numpy(zero_copy_only=False))
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
    offset, missing = values - low, np.isnan(values) if values.dtype.kind == "f" else None
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
    found = pc.fill_null(pc.index_in(entries, value_set=known, skip_nulls=True), -2).to_numpy(zero_copy_only=False)
    codes = np.append(found.astype(np.int32), np.int32(-1))
    if entries.null_count:
        codes[:-1][entries.is_null().to_numpy(zero_copy_only=False)] = -1
    return codes


def _times(column: pa.Array) -> Ints:
    kind = column.type
    if is_text(kind):
        column = _parse_times(column)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        seconds = _numbers(column)
        micro = np.where(np.isnan(seconds), 0, seconds) * 1e6
        return np.where(np.isnan(seconds), NO_TIME, micro.astype(np.int64))
    elif pa.types.is_null(kind):
        return np.full(len(column), NO_TIME)
    micros = column.cast(pa.timestamp("us", tz=getattr(column.type, "tz", None)), safe=False).cast(pa.int64())
    return np.asarray(pc.fill_null(micros, NO_TIME).to_numpy(zero_copy_only=False), np.int64)


_ZONED = r"(Z|z|[+-]\d{2}:?\d{2})$"


def _parse_times(column: pa.Array) -> pa.Array:
    """Parse ISO 8601 text; entries that are not times become null, naive ones are read as UTC."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    iso = pc.match_substring_regex(text, r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?(Z|z|[+-]\d{2}:?\d{2})?$")
    text = pc.if_else(iso, text, pa.scalar(None, pa.string()))
    zoned = pc.match_substring_regex(text, r":\d{2}.*" + _ZONED)
    blank = pa.scalar(None, pa.string())
    utc = pa.timestamp("us", tz="UTC")
    aware = pc.if_else(zoned, text, blank).cast(utc)
    naive = pc.if_else(zoned, blank, text).cast(pa.timestamp("us")).cast(utc)
    return pc.coalesce(aware, naive)


_ODD = np.uint64(0x9E3779B97F4A7C15)
_ODD2 = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def mix(values: npt.NDArray[np.uint64], salt: int = 0) -> npt.NDArray[np.uint64]:
    """Return well-mixed 64-bit hashes (multiply, fold, three rounds); equal inputs give equal outputs."""
    z = (values + np.uint64(salt)) * _ODD
    z ^= z >> _HALF
    z *= _ODD2
    z ^= z >> _HALF
    z *= _ODD2
    z ^= z >> _HALF
    return z


def hash_entries(column: pa.Array, salt: int = 0) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of every entry, the same for an id stored as a number or as its decimal text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        table = np.append(hash_entries(column.dictionary, salt), mix(np.zeros(1, np.uint64), salt + 1))
        at = pc.fill_null(column.indices.cast(pa.int64()), len(table) - 1)
        return table[at.to_numpy(zero_copy_only=False)]
    if pa.types.is_integer(kind) and column.null_count == 0:
        return mix(column.to_numpy().astype(np.int64).view(np.uint64), salt)
    texts = canonical(column) if not pa.types.is_temporal(kind) else column.cast(pa.int64()).cast(pa.string())
    if not pa.types.is_string(texts.type):
        texts = texts.cast(pa.string())
    return _hash_texts(pc.fill_null(texts, "\0null"), salt)


def _hash_texts(texts: pa.Array, salt: int) -> npt.NDArray[np.uint64]:
    """Hash strings eight bytes at a time over all rows of one length together."""
    _, offsets_buffer, bytes_buffer = texts.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    data = np.frombuffer(bytes_buffer, np.uint8) if bytes_buffer else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    hashes = np.empty(len(texts), np.uint64)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        hashes[rows] = _hash_fixed(data, offsets[rows], int(length), salt)
    return _as_integers(texts, lengths, hashes, salt)


def _hash_fixed(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int32], length: int, salt: int
) -> npt.NDArray[np.uint64]:
    words = -(-length // 8)
    padded = np.zeros((len(starts), max(words, 1) * 8), np.uint8)
    if length:
        padded[:, :length] = data[starts[:, None] + np.arange(length)]
    h = np.full(len(starts), length, np.uint64)
    for word in padded.view(np.uint64).T:
        h = mix(h ^ word, salt)
    return h


def _as_integers(
    texts: pa.Array, lengths: npt.NDArray[np.int32], hashes: npt.NDArray[np.uint64], salt: int
) -> npt.NDArray[np.uint64]:
    """Hash texts that spell an integer as that integer, so that 7 and "7" are one id."""
    if not len(texts) or lengths.min() > 18:
        return hashes
    spelled = pc.match_substring_regex(texts, r"^(0|-?[1-9]\d{0,17})$").to_numpy(zero_copy_only=False)
    if spelled.any():
        numbers = texts.filter(pa.array(spelled)).cast(pa.int64()).to_numpy()
        hashes[spelled] = mix(numbers.view(np.uint64), salt)
    return hashes
