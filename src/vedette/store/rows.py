"""JSON rows as columns: each column in one type, whatever its rows mix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from vedette.spelling import canonical
from vedette.store.columns import INSTANT, TIME
from vedette.store.storable import NUMBERS, TEXT, json_text

Row = dict[str, Any]


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Return rows as a table; a column is null where a row lacks it, ``vd_time`` is microseconds.

    Examples
    --------
    >>> table_of([{"a": 1, "b": "x"}, {"a": 2.5}, {"b": True}]).to_pydict()
    {'a': [1.0, 2.5, None], 'b': ['x', None, '1']}
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: _column(name, [row.get(name) for row in rows]) for name in names})


def _column(name: str, values: list[Any]) -> pa.Array:
    if name == TIME:
        return pa.array(values, INSTANT)
    if any(isinstance(value, dict | list) for value in values):
        return _nested(values)
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return _mixed(values)


def _nested(values: list[Any]) -> pa.Array:
    present = [value for value in values if value is not None]
    if all(isinstance(value, list) and all(_number(entry) for entry in value) for value in present):
        return pa.array(values, NUMBERS)
    return _mixed([json_text(value) if isinstance(value, dict | list) else value for value in values])


def _mixed(values: list[Any]) -> pa.Array:
    """Return numbers and truths as numbers, anything with text in it as text."""
    if all(value is None or isinstance(value, bool) or _number(value) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else _spelled(value) for value in values], TEXT)


def _number(value: object) -> bool:
    # An integer beyond 64 bits is a name, not an amount.
    return isinstance(value, float) or (type(value) is int and -(1 << 63) <= value < 1 << 63)


def _spelled(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return str(canonical(pa.array([value]))[0].as_py())
