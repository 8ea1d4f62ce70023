"""Arrow rows, column by column: the same rules as for JSON rows, without a loop over rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.errors import DataError
from vedette.instants import NO_TIME, instants_of
from vedette.numeric import is_numeric, numbers_of
from vedette.server.ingest.arrow_bounds import unpacked_size
from vedette.server.ingest.limits import too_large
from vedette.server.ingest.naming import Naming, columns_of
from vedette.server.ingest.refusals import Refusal
from vedette.spelling import canonical, decoded
from vedette.store.columns import (
    CLASS_SCORE,
    ID,
    INSTANT,
    KIND,
    LABEL,
    LABELS,
    PREDICTIONS,
    RESERVED,
    SCORE,
    TEXT,
    TIME,
    VERSION,
    WEIGHT,
    may_be_sent,
)

#: Types whose entries may share their bytes: small here, large anywhere else.
_ALIASED = (
    pa.types.is_run_end_encoded,
    pa.types.is_list_view,
    pa.types.is_large_list_view,
    pa.types.is_union,
)
Mask = npt.NDArray[np.bool_]
#: A column as it is stored, and where its values cannot be.
_Settled = tuple[pa.Array, Mask]


class Checked(NamedTuple):
    """Rows in our columns, and those refused; `changed` tells whether they differ from what came."""

    rows: pa.Table
    refused: list[Refusal]
    changed: bool


def table_in(body: bytes, limit: int) -> pa.Table:
    """Return the table of an Arrow IPC stream, fully validated: nothing later reads beyond its buffers."""
    try:
        size = unpacked_size(body)
        if size > limit:
            raise too_large(f"{size:,} bytes after decompression", limit)
        table = pa.ipc.open_stream(body).read_all()
        table.validate(full=True)
        table = plain(table, limit)
    except (pa.ArrowException, OSError, ValueError, IndexError, MemoryError, OverflowError) as error:
        if isinstance(error, DataError):
            raise
        raise not_arrow(error) from error
    names = table.column_names
    if len(set(names)) < len(names):
        raise not_arrow(ValueError("two columns have one name"))
    return table


def plain(table: pa.Table, limit: int) -> pa.Table:
    """Return the table without extension types; it is refused when its rows, written out, are beyond the limit.

    A few bytes can say a great deal: a long text behind every index of a dictionary, a column of nulls alone.
    """
    size = table.num_rows
    for at, field in enumerate(table.schema):
        column = table.column(at)
        if isinstance(field.type, pa.BaseExtensionType):
            column = pa.chunked_array([chunk.storage for chunk in column.chunks], field.type.storage_type)
            table = table.set_column(at, field.name, column)
        if any(test(column.type) for test in _ALIASED):
            raise ValueError(f"columns of type {str(column.type)[:60]} are not taken")
        size += sum(_written_out(chunk) for chunk in column.chunks)
    if size > limit:
        raise too_large(f"{size:,} bytes when written out", limit)
    return table


def _written_out(column: pa.Array) -> int:
    kind = column.type
    if not pa.types.is_dictionary(kind):
        if _is_string(kind):
            return int(pc.sum(pc.binary_length(column)).as_py() or 0)
        return 0
    values = column.dictionary
    if not _is_string(values.type):
        return int(len(column) * max(values.nbytes, 1)) if pa.types.is_nested(values.type) else 0
    lengths = pc.binary_length(values).take(column.indices)
    return int(pc.sum(lengths.cast(pa.int64())).as_py() or 0)


def not_arrow(error: BaseException) -> DataError:
    """Return the error of a body that is no table."""
    return DataError(
        f"The body is no Arrow stream: {str(error)[:200]}",
        "An Arrow IPC stream with a schema and record batches, as pyarrow.ipc.new_stream writes it",
        "Write it again; an Arrow or Feather file is another format",
        code="ingest.not-arrow",
    )


def checked(table: pa.Table, kind: str, naming: Naming, latest: int) -> Checked:
    """Return the rows that can be stored, and the others with their reason.

    Examples
    --------
    >>> rows = pa.table({"vd_id": ["a", None], "vd_score": [0.5, 0.5]})
    >>> good, bad, _ = checked(rows, "predictions", Naming(), 0)
    >>> good.num_rows, bad[0].reason
    (1, 'bad-id')
    """
    columns = columns_of(naming, kind)
    names = _our_names(table.column_names, columns)
    reasons = np.full(table.num_rows, "", dtype=object)
    out: dict[str, pa.ChunkedArray | pa.Array] = {}
    changed = any(name != ours for name, ours in names.items())
    for name, ours in names.items():
        if not ours.startswith(RESERVED):
            out[ours] = table[name]
        elif not (may_be_sent(ours, kind) or ours == columns.get(name)):
            reasons[reasons == ""] = "reserved-name"
            changed = True
        else:
            settled = _settled(ours, table[name].combine_chunks(), kind, naming.probability, latest)
            out[ours] = settled.column
            for reason, wrong in settled.wrong.items():
                reasons[wrong & (reasons == "")] = reason
            changed |= out[ours].type != table[name].type
    for name, reason in _needed(kind):
        if name not in out:
            reasons[reasons == ""] = reason
    bad = np.flatnonzero(reasons != "")
    rows = pa.table(out) if out else table.select([])
    if not len(bad):
        return Checked(rows, [], changed)
    raw = table.take(pa.array(bad)).to_pylist()
    refused = [
        Refusal(int(at), str(reasons[at]), f"Row {at} of an Arrow table", row)
        for at, row in zip(bad, raw, strict=True)
    ]
    return Checked(rows.filter(pa.array(reasons == "")), refused, changed=True)


def _our_names(names: list[str], columns: Any) -> dict[str, str]:
    """Return our name of each column; a role that two columns could have goes to the first, the other is a feature."""
    taken: set[str] = set(names)
    ours: dict[str, str] = {}
    for name in names:
        role = columns.get(name)
        ours[name] = name if role is None or role in taken else role
        taken.add(ours[name])
    return ours


def _needed(kind: str) -> list[tuple[str, str]]:
    needed = [(ID, "bad-id")] if kind != PREDICTIONS else []
    return [*needed, (LABEL, "bad-label")] if kind == LABELS else needed


class _Told(NamedTuple):
    """A column as it is stored, and the rows whose value cannot be, by reason."""

    column: pa.Array
    wrong: dict[str, Mask]


def _settled(name: str, column: pa.Array, kind: str, probability: bool, latest: int) -> _Told:
    if name == TIME:
        return _times(column, latest)
    if name == SCORE or name.startswith(CLASS_SCORE):
        settled, wrong = _scores(column, probability)
        return _Told(settled, {"bad-score": wrong})
    settle, reason = _SETTLE.get(name, (_scalars, "bad-prediction"))
    if name == LABEL and kind == PREDICTIONS:  # a log that is labelled in part
        settle = _scalars
    settled, wrong = settle(column)
    return _Told(settled, {reason: wrong})


def _times(column: pa.Array, latest: int) -> _Told:
    micros = instants_of(column).micros
    none = micros == NO_TIME
    times = column if column.type == INSTANT else pa.array(np.where(none, 0, micros), mask=none).cast(INSTANT)
    return _Told(times, {"bad-time": none & ~_missing(column), "future-time": micros > latest})


def _scores(column: pa.Array, probability: bool) -> _Settled:
    numbers = numbers_of(column)
    blank = _missing(column)
    wrong = ~blank & ~np.isfinite(numbers) if is_numeric(column.type) else ~blank
    if probability:
        wrong |= ~blank & ~((numbers >= 0) & (numbers <= 1))
    return (column if column.type == pa.float64() else pa.array(numbers, mask=blank)), wrong


def _ids(column: pa.Array) -> _Settled:
    column = decoded(column)
    whole = pa.types.is_integer(column.type)
    if not (whole or _is_string(column.type)):
        return pa.nulls(len(column), pa.string()), np.ones(len(column), np.bool_)
    text = column.cast(pa.string())
    length = pc.fill_null(pc.utf8_length(text), 0).to_numpy(zero_copy_only=False)
    return text, (length < 1) | (length > 256)


def _versions(column: pa.Array) -> _Settled:
    if pa.types.is_nested(column.type):
        return pa.nulls(len(column), pa.string()), ~_missing(column)
    text = canonical(column)
    length = pc.fill_null(pc.utf8_length(text), 1).to_numpy(zero_copy_only=False)
    return text, (length < 1) | (length > 120)


def _scalars(column: pa.Array) -> _Settled:
    wrong = ~_missing(column) if pa.types.is_nested(column.type) else np.zeros(len(column), np.bool_)
    return column, wrong


def _labels(column: pa.Array) -> _Settled:
    missing = _missing(column)
    return column, np.ones(len(column), np.bool_) if pa.types.is_nested(column.type) else missing


def _weights(column: pa.Array) -> _Settled:
    numbers, blank = numbers_of(column), _missing(column)
    return pa.array(numbers, mask=blank), ~blank & ~((numbers >= 0) & (numbers < np.inf))


def _texts(column: pa.Array) -> _Settled:
    column = decoded(column)
    if _is_string(column.type):
        return column.cast(pa.string()), np.zeros(len(column), np.bool_)
    return pa.nulls(len(column), pa.string()), ~_missing(column)


def _missing(column: pa.Array) -> Mask:
    missing: Mask = column.is_null(nan_is_null=pa.types.is_floating(column.type)).to_numpy(
        zero_copy_only=False
    )
    return missing


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


_SETTLE: dict[str, tuple[Callable[[pa.Array], _Settled], str]] = {
    ID: (_ids, "bad-id"),
    VERSION: (_versions, "bad-version"),
    LABEL: (_labels, "bad-label"),
    WEIGHT: (_weights, "bad-weight"),
    KIND: (_texts, "bad-text"),
    TEXT: (_texts, "bad-text"),
}
