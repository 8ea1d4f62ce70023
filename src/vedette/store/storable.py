"""Columns as the lake stores them: few types, so that a column rarely contradicts itself, and no row is lost.

=================================  =================================================================
arrives as                         is stored as
=================================  =================================================================
integer, float                     double (integers beyond 2**53, which a double would blur, as text)
boolean                            boolean
text, dictionary, decimal, binary  string (binary in hexadecimal)
date, timestamp                    timestamp of microseconds, UTC (without a zone: read as UTC)
list of numbers                    list of double (an embedding)
any other nested value             string of JSON
=================================  =================================================================

A column keeps the type it first had. Values of another type that fit it are cast (a boolean in a number column,
anything in a text column); values that do not fit are kept as text in the sibling column ``vd_text:<name>``, and
reading joins the two again.
"""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.spelling import canonical, decoded, is_text
from vedette.store.columns import INSTANT

NUMBER, TRUTH, TEXT, NUMBERS = pa.float64(), pa.bool_(), pa.string(), pa.list_(pa.float64())
_EXACT = 1 << 53
_BINARY = (
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_fixed_size_binary,
    pa.types.is_binary_view,
)


def storable(column: pa.Array) -> pa.Array:
    """Return a column in one of the stored types; a column without any value keeps the type null.

    Examples
    --------
    >>> storable(pa.array([1, None], pa.int8())).type, storable(pa.array([{"a": 1}])).to_pylist()
    (DataType(double), ['{"a":1}'])
    """
    column = decoded(column)
    kind = column.type
    if column.null_count == len(column):
        return pa.nulls(len(column))
    if kind in (NUMBER, TRUTH, TEXT, INSTANT):
        return column
    if pa.types.is_integer(kind):
        return column.cast(TEXT) if _blurred(column) else column.cast(NUMBER)
    if pa.types.is_floating(kind):
        return column.cast(NUMBER)
    if is_text(kind):
        return column.cast(TEXT)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _instants(column)
    if _is_list(kind) and _is_number(kind.value_type):
        return column.cast(NUMBERS)
    return _as_text(column)


def fitted(column: pa.Array, kind: pa.DataType) -> tuple[pa.Array, pa.Array | None]:
    """Return a stored column cast to `kind`, and the text of the values that do not fit it (None: all fit).

    Examples
    --------
    >>> fits, rest = fitted(pa.array(["n/a"]), pa.float64())
    >>> fits.to_pylist(), rest.to_pylist()
    ([None], ['n/a'])
    """
    if column.type == kind:
        return column, None
    if pa.types.is_null(column.type) or (column.type == TRUTH and kind == NUMBER):
        return column.cast(kind), None
    if kind == TEXT:
        return text_of(column), None
    return pa.nulls(len(column), kind), text_of(column)


def text_of(column: pa.Array) -> pa.Array:
    """Return the values of a stored column as text: numbers in the spelling of classes, lists as JSON."""
    if _is_list(column.type):
        return _as_json(column)
    return canonical(column)


def rejoined(column: pa.ChunkedArray, rest: pa.ChunkedArray | None) -> pa.ChunkedArray:
    """Return a column with the values of its sibling; as text only when the sibling has any.

    Examples
    --------
    >>> rejoined(pa.chunked_array([[1.0, None]]), pa.chunked_array([[None, "n/a"]])).to_pylist()
    ['1', 'n/a']
    """
    if rest is None or rest.null_count == len(rest):
        return column
    return pa.chunked_array([pc.coalesce(rest.combine_chunks(), text_of(column.combine_chunks()))])


def _blurred(column: pa.Array) -> bool:
    ends = pc.min_max(column).as_py()
    return bool(ends["min"] < -_EXACT or ends["max"] > _EXACT)


def _instants(column: pa.Array) -> pa.Array:
    """Cast to microseconds; what lies outside their range is no time."""
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms"))
    zone = getattr(column.type, "tz", None)
    try:
        return column.cast(pa.timestamp("us", tz=zone), safe=False).cast(INSTANT)
    except pa.ArrowInvalid:
        return _as_text(column)


def _is_list(kind: pa.DataType) -> bool:
    tests = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(test(kind) for test in tests)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _as_text(column: pa.Array) -> pa.Array:
    if pa.types.is_nested(column.type):
        return _as_json(column)
    if any(test(column.type) for test in _BINARY):
        return pa.array([None if entry is None else entry.hex() for entry in column.to_pylist()], TEXT)
    return canonical(column)


def _as_json(column: pa.Array) -> pa.Array:
    return pa.array([None if entry is None else json_text(entry) for entry in column.to_pylist()], TEXT)


def json_text(value: object) -> str:
    """Return a nested value as JSON; what JSON has no word for is spelled as text."""
    return msgspec.json.encode(value, enc_hook=_spelled).decode()


def _spelled(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    return str(value)
