"""Any column as float64 numbers: what is no number becomes nan, never an error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.spelling import decoded, is_text

Floats = npt.NDArray[np.float64]

#: What counts as a number in a text column.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def is_numeric(kind: pa.DataType) -> bool:
    """Tell whether every entry of such a column is a number or missing, dictionary encoded or not."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean)
    return pa.types.is_null(inner) or any(test(inner) for test in tests)


def numbers_of(column: pa.Array) -> Floats:
    """Return float64 values of shape (n,), nan where missing or not a number."""
    column = decoded(column)
    kind = column.type
    if pa.types.is_floating(kind) or (pa.types.is_integer(kind) and not column.null_count):
        return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
    if is_text(kind):
        return _parsed(column)
    if not is_numeric(kind) or pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)


def _parsed(column: pa.Array) -> Floats:
    trimmed = pc.utf8_trim_whitespace(column.cast(pa.string()))
    numeric = pc.match_substring_regex(trimmed, _NUMBER)
    digits = pc.if_else(numeric, trimmed, pa.scalar(None, pa.string()))
    plain = pc.replace_substring_regex(digits, r"^\+", "")
    return np.asarray(plain.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
