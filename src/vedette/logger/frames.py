"""Whole frames as tables of the canonical columns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vedette.instants import NO_TIME, instants_of
from vedette.logger.columns import UTC
from vedette.logger.intake import LABELS, PREDICTIONS
from vedette.logger.rows import OWN, feature_name
from vedette.numeric import numbers_of
from vedette.sources.base import open_source
from vedette.sources.frame import Frame
from vedette.spelling import canonical, is_text

#: Rows of one segment of a frame.
SLICE = 50_000
_WORDS = {
    PREDICTIONS: ("id", "time", "version", "score", "prediction", "weight"),
    LABELS: ("id", "label", "time", "weight"),
}


def canonical_table(
    frame: Any, kind: str, version: str | None, new_id: Callable[[int], str]
) -> tuple[pa.Table, int]:
    """Return a frame's rows under the canonical columns, and how many entries were no number or no time.

    Columns are known by the canonical words (``id``, ``time``, ``score``, ``score:CLASS``, ...) or by these with
    ``vd_`` before them; what is left of predictions are features, what is left of labels is left out.
    """
    given = open_source(frame)
    assert isinstance(given, Frame)
    columns: dict[str, pa.Array] = {}
    for name, values in _columns(given.table):
        known = _own_name(name, kind)
        if known is not None or kind == PREDICTIONS:
            columns[known or feature_name(name)] = values
    rows, now = given.table.num_rows, time.time_ns()
    repaired = sum(_repair(columns, name) for name in list(columns))
    made = pa.array([new_id(now) for _ in range(rows)]) if "vd_id" not in columns else columns["vd_id"]
    stamps = columns.get("vd_time", _stamps(rows, now))
    columns = {"vd_id": made, "vd_time": stamps, **columns}
    if version is not None and kind == PREDICTIONS and "vd_version" not in columns:
        columns["vd_version"] = pa.array([version] * rows, pa.string())
    return pa.table(columns), repaired


def slices(table: pa.Table) -> Iterator[pa.Table]:
    """Yield the rows in parts of the size of a segment."""
    for start in range(0, table.num_rows, SLICE):
        yield table.slice(start, SLICE)


def _columns(table: pa.Table) -> Iterator[tuple[str, pa.Array]]:
    """Yield columns in one piece; a struct called features is its fields."""
    for name in table.column_names:
        values = table.column(name).combine_chunks()
        whole = pa.concat_arrays(values.chunks) if isinstance(values, pa.ChunkedArray) else values
        if name == "features" and pa.types.is_struct(whole.type):
            yield from ((field.name, pc.struct_field(whole, field.name)) for field in whole.type)
        else:
            yield name, whole


def _own_name(name: str, kind: str) -> str | None:
    word = name.removeprefix(OWN)
    if word in _WORDS[kind] or (kind == PREDICTIONS and word.startswith("score:")):
        return OWN + word
    return None


def _repair(columns: dict[str, pa.Array], name: str) -> int:
    """Bring a column of vedette's own to its type; return how many entries did not fit."""
    values = columns[name]
    there = len(values) - values.null_count
    if name == "vd_time":
        micros = instants_of(values).micros
        columns[name] = pa.array(micros, pa.int64(), mask=micros == NO_TIME).cast(UTC)
    elif name == "vd_weight" or name.startswith("vd_score"):
        found = numbers_of(values)
        columns[name] = pa.array(found, pa.float64(), from_pandas=True)
        there -= int(np.isnan(values.to_numpy(zero_copy_only=False)).sum()) if _floats(values) else 0
    elif name in {"vd_id", "vd_version"} or (name in {"vd_label", "vd_prediction"} and not _floats(values)):
        columns[name] = (
            _class_or_number(values) if name in {"vd_label", "vd_prediction"} else canonical(values)
        )
    return max(int(there - (len(values) - columns[name].null_count)), 0)


def _class_or_number(values: pa.Array) -> pa.Array:
    if pa.types.is_integer(values.type):
        try:
            return values.cast(pa.float64())
        except pa.ArrowInvalid:  # beyond what floats can tell apart
            return canonical(values)
    return values.cast(pa.string()) if is_text(values.type) else canonical(values)


def _floats(values: pa.Array) -> bool:
    return bool(pa.types.is_floating(values.type))


def _stamps(rows: int, now: int) -> pa.Array:
    return pa.array(np.full(rows, now // 1000), pa.int64()).cast(UTC)
