"""Uploaded files as tables: CSV and Parquet."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from vedette.errors import DataError
from vedette.server.ingest.limits import too_large

_PARQUET = b"PAR1"


def table_of_file(body: bytes, limit: int) -> pa.Table:
    r"""Return the table of a CSV or Parquet file; which one its first bytes say.

    Examples
    --------
    >>> table_of_file(b"id,label\n7,1\n", 100).to_pylist()
    [{'id': 7, 'label': 1}]
    """
    try:
        table = _parquet(body, limit) if body.startswith(_PARQUET) else _csv(body)
        table.validate(full=True)
    except (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        raise _unreadable(str(error)) from error
    if len(set(table.column_names)) < table.num_columns:
        raise _unreadable("two columns have one name")
    return table


def _csv(body: bytes) -> pa.Table:
    strings = pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    return pyarrow.csv.read_csv(pa.BufferReader(body), convert_options=strings)


def _parquet(body: bytes, limit: int) -> pa.Table:
    file = pq.ParquetFile(pa.BufferReader(body))
    about = file.metadata
    groups = [about.row_group(at) for at in range(about.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    # Encodings count too: a constant column is a few bytes a page, and eight bytes a row in memory.
    size = max(size, about.num_rows * max(about.num_columns, 1))
    if size > limit * 4:
        raise too_large(f"{size:,} bytes of Parquet", limit * 4)
    return file.read()


def _unreadable(why: str) -> DataError:
    return DataError(
        f"The file cannot be read: {why[:200]}",
        "A Parquet file, or CSV in UTF-8 with a line of distinct column names",
        "Correct the file and upload it again",
        code="ingest.bad-upload",
    )
