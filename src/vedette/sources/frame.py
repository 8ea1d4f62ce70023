"""Frames and arrays in memory: pandas, polars, pyarrow, DuckDB relations, mappings, anything with an Arrow stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from vedette.errors import DataError
from vedette.sources.base import BATCH_ROWS, Partition, Source

#: Rows of a partition: the unit that one thread takes.
PARTITION_ROWS = 2 * BATCH_ROWS


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

    def __init__(self, given: Any) -> None:
        self.table = _table(given)
        self.columns = self.table.schema

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
            for batch in chosen.combine_chunks().to_batches(max_chunksize=BATCH_ROWS):
                yield batch

        return Partition(f"rows {start}-{start + part.num_rows}", start, part.num_rows, read)


def _table(given: Any) -> pa.Table:
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, pa.RecordBatch):
        return pa.Table.from_batches([given])
    if isinstance(given, Mapping):
        return _from_mapping(given)
    if isinstance(given, Sequence):
        return _from_mapping({k: [row.get(k) for row in given] for k in dict.fromkeys(k for r in given for k in r)})
    try:
        if hasattr(given, "__arrow_c_stream__"):
            return pa.table(given)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError):
        pass  # a column of mixed types: taken column by column below
    return _by_column(given)


def _by_column(given: Any) -> pa.Table:
    """Return the table of any frame that narwhals knows, one column at a time."""
    import narwhals as nw

    frame = nw.from_native(given)
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
    try:
        return values.to_arrow() if hasattr(values, "to_arrow") else pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError):
        entries = values.to_list() if hasattr(values, "to_list") else list(values)
        return pa.array([None if _is_missing(v) else _text(v) for v in entries], pa.string())


def _is_missing(value: Any) -> bool:
    return value is None or value != value or str(value) in ("<NA>", "NaT")


def _text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
