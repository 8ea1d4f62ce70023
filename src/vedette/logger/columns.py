"""Python values as Arrow columns without losing a row: a column of several types becomes text."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from vedette.instants import NO_TIME, instants_of
from vedette.schema import spelled

#: What Arrow raises for mixed types, numbers beyond 64 bits, broken text, and objects it does not know.
ODD = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)
UTC = pa.timestamp("us", tz="UTC")


def column(values: Sequence[Any]) -> pa.Array:
    """Return the values in the type that Arrow finds for all of them, else as text.

    Types are found for each segment anew: a column that is whole numbers in one and text in the next is read back
    as entries of the wrong type, which vedette counts.

    Examples
    --------
    >>> column([1, "two", None]).to_pylist()
    ['1', 'two', None]
    """
    try:
        made = pa.array(values, from_pandas=True)
    except ODD:
        return _text(values)
    return _text(values) if pa.types.is_nested(made.type) and not _is_vector(made.type) else made


def text(values: Sequence[Any]) -> pa.Array:
    """Return the values as strings, whatever they are."""
    try:
        return pa.array(values, pa.string())
    except ODD:
        return _text(values)


def numbers(values: Sequence[Any]) -> tuple[pa.Array, int]:
    """Return the values as floats, and how many were no numbers and are missing now."""
    try:
        return pa.array(values, pa.float64(), from_pandas=True), 0
    except ODD:
        found = [_number(v) for v in values]
    wrong = sum(n is None and not _is_missing(v) for n, v in zip(found, values, strict=True))
    return pa.array(found, pa.float64()), wrong


def times(values: Sequence[Any], now: Sequence[int]) -> tuple[pa.Array, int]:
    """Return instants, that of the call where none was given; what is no time is missing and counted."""
    stamps = np.array(now, np.int64) // 1000
    given = [i for i, v in enumerate(values) if v is not None]
    if given:
        stamps[given] = _instants([values[i] for i in given])
    missing = stamps == NO_TIME
    return pa.array(stamps, pa.int64(), mask=missing).cast(UTC), int(missing.sum())


def _instants(values: list[Any]) -> Any:
    if len({type(v) for v in values}) == 1:
        try:
            return instants_of(pa.array(values)).micros
        except ODD:
            pass
    return [_instant(v) for v in values]


def _instant(value: Any) -> int:
    try:
        return int(instants_of(pa.array([value])).micros[0])
    except ODD:
        return NO_TIME


def _is_vector(kind: pa.DataType) -> bool:
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    return bool(lists and pa.types.is_primitive(kind.value_type))


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(found) else found


def _text(values: Iterable[Any]) -> pa.Array:
    return pa.array([_spelled(v) for v in values], pa.string())


def _spelled(value: Any) -> str | None:
    if _is_missing(value):
        return None
    try:
        found = value.isoformat() if hasattr(value, "isoformat") else spelled(value)
        return str(found).encode("utf-8", "replace").decode()
    except Exception:  # noqa: BLE001 - an object whose own words fail must not cost the row
        return f"<{type(value).__name__}>"


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
