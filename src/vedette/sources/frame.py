"""Frames and arrays in memory: pandas, polars, pyarrow, DuckDB relations, mappings, anything with an Arrow stream."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from vedette.errors import DataError
from vedette.schema import spelled
from vedette.sources.base import BATCH_ROWS, Partition, Source, check_names, no_source

#: Rows of a partition: the unit that one thread takes.
PARTITION_ROWS = 2 * BATCH_ROWS
#: What is raised for a column of mixed types, of numbers beyond 64 bits, or of broken text.
_ODD = (pa.ArrowException, TypeError, ValueError, OverflowError)


class Frame(Source):
    """A table in memory.

    Mixed types in one column (numbers and text) do not raise: the column becomes text, and entries that are not of
    the column's kind are counted as of the wrong type.

    Examples
    --------
    >>> Frame({"x": [1, 2], "y": ["a", None]}).names
    ['x', 'y']
    """

    order: ClassVar[int] = 90

    def __init__(self, given: Any, first_row: int = 0) -> None:
        self.first_row = first_row
        table = _table(given)
        # pandas adds its row labels when they are not 0, 1, 2, ...; without a name they mean nothing.
        unnamed = [n for n in table.column_names if re.fullmatch(r"__index_level_\d+__", n)]
        self.table = table.drop_columns(unnamed) if unnamed else table
        self.columns = pa.schema([field.with_type(_plain(field.type)) for field in self.table.schema])

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether `given` is a frame, a mapping of arrays, or a list of records."""
        streams = hasattr(given, "__arrow_c_stream__") or hasattr(given, "__dataframe__")
        records = isinstance(given, Sequence) and len(given) > 0 and isinstance(given[0], Mapping)
        return streams or records or isinstance(given, Mapping) or hasattr(given, "collect")

    def partitions(self) -> list[Partition]:
        """Return slices of equal length."""
        starts = range(0, max(self.table.num_rows, 1), PARTITION_ROWS)
        return [self._slice(start) for start in starts]

    def _slice(self, start: int) -> Partition:
        part = self.table.slice(start, PARTITION_ROWS)

        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            chosen = part.select([c for c in columns if c in part.column_names])
            for i, (field, kind) in enumerate(
                zip(chosen.schema, map(_plain, chosen.schema.types), strict=True)
            ):
                if field.type != kind:
                    chosen = chosen.set_column(i, field.name, chosen.column(i).cast(kind))
            yield from chosen.combine_chunks().to_batches(max_chunksize=BATCH_ROWS)

        first = self.first_row + start
        return Partition(f"rows {first}-{first + part.num_rows}", first, part.num_rows, read)


def _table(given: Any) -> pa.Table:
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, Mapping):
        return _from_mapping(given)
    if isinstance(given, Sequence):
        return _from_mapping(
            {k: [row.get(k) for row in given] for k in dict.fromkeys(k for r in given for k in r)}
        )
    try:
        if hasattr(given, "__arrow_c_stream__"):
            return pa.table(given)
    except _ODD:
        pass  # a column of mixed types: taken column by column below
    return _by_column(given)


def _by_column(given: Any) -> pa.Table:
    """Return the table of any frame that narwhals knows, one column at a time."""
    import narwhals as nw

    try:
        frame = nw.from_native(given)
    except nw.exceptions.DuplicateError:
        check_names([str(name) for name in given.columns])
        raise
    except TypeError as error:
        raise no_source(given) from error
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    names = [str(name) for name in frame.columns]
    arrays = [_array(frame.get_column(name)) for name in frame.columns]
    return pa.Table.from_arrays(arrays, names=names)


def _from_mapping(given: Mapping[Any, Any]) -> pa.Table:
    arrays = {str(name): _array(values) for name, values in given.items()}
    lengths = {name: len(a) for name, a in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise DataError(
            f"Columns have different lengths: {lengths}",
            "All columns have one length",
            "Check how the mapping is built",
            code="source.ragged",
        )
    return pa.table(arrays)


def _array(values: Any) -> pa.Array:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if isinstance(values, np.ndarray) and values.ndim == 2:
        flat = pa.array(np.ascontiguousarray(values).ravel())
        return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])
    if isinstance(values, str | bytes) or not hasattr(values, "__iter__"):
        raise DataError(
            f"A column holds {type(values).__name__} {str(values)[:40]!r}",
            "An array, a list or a series",
            "Write [value] for a single row",
            code="source.not-an-array",
        )
    try:
        return values.to_arrow() if hasattr(values, "to_arrow") else pa.array(values, from_pandas=True)
    except _ODD:
        entries = values.to_list() if hasattr(values, "to_list") else list(values)
        return pa.array([None if _is_missing(v) else _text(v) for v in entries], pa.string())


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT")


def _text(value: Any) -> str:
    text: str = value.isoformat() if hasattr(value, "isoformat") else spelled(value)
    return text.encode("utf-8", "replace").decode()


def _plain(kind: pa.DataType) -> pa.DataType:
    """Return the type without views, of which Arrow can neither filter nor take rows."""
    if pa.types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, _plain(kind.value_type))
    if pa.types.is_string_view(kind):
        return pa.string()
    return pa.binary() if pa.types.is_binary_view(kind) else kind
