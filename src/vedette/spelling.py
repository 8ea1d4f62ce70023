"""One spelling for classes, categories and ids, however a pipeline stored them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def is_text(kind: pa.DataType) -> bool:
    """Tell whether entries are strings, dictionary encoded or not."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner)
    )


def decoded(column: pa.Array) -> pa.Array:
    """Return a dictionary-encoded column entry by entry, any other as it is."""
    if not pa.types.is_dictionary(column.type):
        return column
    values = column.dictionary
    if pa.types.is_string_view(values.type):  # Arrow cannot gather views
        values = values.cast(pa.string())
    return values.take(column.indices)


def canonical(column: pa.Array) -> pa.Array:
    """Return the entries as strings in the one spelling classes and categories are compared in.

    Whole floats and decimals lose their ``.0`` and booleans become 0 and 1, so that ``1``, ``1.0``, ``True`` and
    ``"1"`` are the same class however a pipeline stored them. Lists, structs and other entries without a spelling
    of their own get Python's.
    """
    column = decoded(column)
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_decimal(kind):
        return _canonical_decimals(column)
    elif pa.types.is_floating(kind):
        return _canonical_floats(column)
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([_in_words(entry) for entry in column.to_pylist()], pa.string())


def one_array(chunks: Sequence[pa.Array]) -> pa.Array:
    """Return the chunks of a column as one array; those of different types in their one spelling."""
    types = {c.type for c in chunks if not pa.types.is_null(c.type)}
    if len(types) > 1:
        chunks = [canonical(c) for c in chunks]
    kind = pa.string() if len(types) > 1 else next(iter(types), pa.null())
    return pa.concat_arrays([pa.nulls(0, kind), *(c.cast(kind) for c in chunks)])


def _canonical_floats(column: pa.Array) -> pa.Array:
    entries = column.to_numpy(zero_copy_only=False)
    column = pa.array(entries, from_pandas=True)  # nan is a missing category
    values = entries.astype(np.float64)
    whole = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2.0**63)
    ints = pa.array(np.where(whole, values, 0).astype(np.int64)).cast(pa.string())
    spelled = pa.nulls(len(column), pa.string()) if whole.all() else column.cast(pa.string())
    return pc.if_else(pa.array(whole), ints, spelled)


def _canonical_decimals(column: pa.Array) -> pa.Array:
    """Spell decimals without passing through floats, which would make neighbours of 17-digit ids one."""
    if column.type.scale < 0:
        return _canonical_floats(column.cast(pa.float64()))
    text = pc.replace_substring_regex(column.cast(pa.string()), r"^0E-\d+$", "0")
    if column.type.scale == 0:
        return text
    text = pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1")
    return pc.replace_substring_regex(text, r"\.$", "")


def _in_words(entry: Any) -> str | None:
    if isinstance(entry, bytes):
        return entry.decode("utf-8", "backslashreplace")
    return None if entry is None else str(entry)
