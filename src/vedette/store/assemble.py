"""Entries of the spool as one table in the columns of the lake, ready to be appended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.store.columns import (
    DAY,
    FIXED,
    INSTANT,
    MAX_NAME,
    PREDICTIONS,
    RECEIVED,
    RESERVED,
    SEQ,
    SIBLING,
    SOURCE,
    TIME,
    UNVERSIONED,
    VERSION,
    stored_names,
)
from vedette.store.entry import Entry
from vedette.store.rows import table_of
from vedette.store.storable import TEXT, fitted, storable

#: Columns of features that a model may have; further ones are counted and left out, their rows are kept.
MAX_COLUMNS = 2000


class Assembled(NamedTuple):
    """Rows in stored columns, and how many values of columns beyond the limit were left out."""

    table: pa.Table
    dropped: int


def assembled(entries: Sequence[Entry], kind: str, schema: pa.Schema) -> Assembled:
    """Return the rows of `entries` in the columns of a table, with new columns where they are new."""
    chunks = [*_arrow_chunks(entries), *_row_chunks(entries)]
    types = {field.name: field.type for field in schema}
    tables, dropped = [schema.empty_table()], 0
    for chunk in chunks:
        columns, left_out = _columns(_complete(chunk, kind), kind, types)
        tables.append(pa.table(columns))
        dropped += left_out
    return Assembled(pa.concat_tables(tables, promote_options="default"), dropped)


def _arrow_chunks(entries: Sequence[Entry]) -> list[pa.Table]:
    return [
        _received(pa.ipc.open_stream(entry.body).read_all(), [entry], [entry.rows])
        for entry in entries
        if entry.form == "arrow"
    ]


def _row_chunks(entries: Sequence[Entry]) -> list[pa.Table]:
    """Return all JSON rows as one table: building it costs by column, not by row."""
    chosen = [entry for entry in entries if entry.form == "rows"]
    if not chosen:
        return []
    groups: list[list[dict[str, Any]]] = [msgspec.msgpack.decode(entry.body) for entry in chosen]
    table = table_of([row for rows in groups for row in rows])
    return [_received(table, chosen, [len(rows) for rows in groups])]


def _received(table: pa.Table, entries: Sequence[Entry], lengths: Sequence[int]) -> pa.Table:
    """Add who sent each row and when it came."""
    of = np.repeat(np.arange(len(entries)), lengths)
    columns = {
        RECEIVED: pa.array(np.array([entry.received for entry in entries])[of]).cast(INSTANT),
        SOURCE: pa.array([entry.source for entry in entries]).take(pa.array(of)),
        SEQ: pa.array(np.array([entry.seq for entry in entries], np.int64)[of]),
    }
    for name, column in columns.items():
        table = table.append_column(name, column)
    return table


def _complete(table: pa.Table, kind: str) -> pa.Table:
    """Add what a row may leave out: its time is when it came, its version has no name."""
    received = table[RECEIVED]
    time = table[TIME] if TIME in table.column_names else received
    table = _put(table, TIME, pc.coalesce(time.cast(INSTANT), received))
    if kind == PREDICTIONS:
        known = table[VERSION] if VERSION in table.column_names else pa.nulls(table.num_rows)
        table = _put(table, VERSION, pc.coalesce(known.cast(TEXT), pa.scalar(UNVERSIONED)))
    day = table[TIME] if kind == PREDICTIONS else received
    return _put(table, DAY, _days(day))


def _days(instants: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the day of each instant as text; each day is spelled once, which is most of the cost."""
    coded = instants.cast(pa.timestamp("us")).cast(pa.date32()).combine_chunks().dictionary_encode()
    names = pc.strftime(coded.dictionary, "%Y-%m-%d").cast(TEXT)
    return pa.chunked_array([names.take(coded.indices)])


def _put(table: pa.Table, name: str, column: pa.ChunkedArray | pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, column) if at < 0 else table.set_column(at, name, column)


def _columns(table: pa.Table, kind: str, types: dict[str, pa.DataType]) -> tuple[dict[str, pa.Array], int]:
    """Return the stored columns of one chunk; `types` learns the columns that are new."""
    names = stored_names(table.column_names, types)
    columns: dict[str, pa.Array] = {}
    dropped = 0
    features = sum(not name.startswith(RESERVED) for name in types)
    for name, column in zip(table.column_names, table.columns, strict=True):
        entire = column.combine_chunks()
        values = entire.cast(FIXED[kind][name]) if name in FIXED[kind] else storable(entire)
        if pa.types.is_null(values.type):
            continue
        stored = names[name]
        if stored not in types:
            if features >= MAX_COLUMNS or len(name) > MAX_NAME:
                dropped += len(values) - values.null_count
                continue
            types[stored] = values.type
            features += 1
        columns[stored], rest = fitted(values, types[stored])
        if rest is not None:
            columns[SIBLING + stored] = rest
            types.setdefault(SIBLING + stored, TEXT)
    return columns, dropped
