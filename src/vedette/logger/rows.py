"""Entries of the queue as tables of the canonical columns, ready for a segment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa

from vedette.logger.columns import column, numbers, text, times
from vedette.logger.intake import FEEDBACK, LABELS, PREDICTIONS, Entry

#: Prefix of the columns that are not features.
OWN = "vd_"


class Built(NamedTuple):
    """A table, and how many entries of it were no number or no time where one was needed."""

    table: pa.Table
    repaired: int


def tables(entries: Sequence[Entry], version: str | None) -> dict[str, Built]:
    """Return one table for each kind among the entries."""
    makers = {PREDICTIONS: _predictions, LABELS: _labels, FEEDBACK: _feedback}
    sorted_out: dict[str, list[Entry]] = {}
    for entry in entries:
        sorted_out.setdefault(entry.kind, []).append(entry)
    return {kind: makers[kind](found, version) for kind, found in sorted_out.items()}


def feature_name(name: Any) -> str:
    """Return the column of a feature: its own name, unless that belongs to vedette."""
    found = str(name).encode("utf-8", "replace").decode()
    return f"feature.{found}" if found.startswith(OWN) else found


def _predictions(entries: Sequence[Entry], version: str | None) -> Built:
    columns, repaired = _named_and_timed(entries)
    versions = [version if e.version is None else e.version for e in entries]
    if any(v is not None for v in versions):
        columns["vd_version"] = text(versions)
    for name, values in _scores([e.score for e in entries]).items():
        columns[name], wrong = numbers(values)
        repaired += wrong
    if any(e.prediction is not None for e in entries):
        columns["vd_prediction"] = _class_or_number([e.prediction for e in entries])
    repaired += _weights(columns, entries)
    rows = [e.what for e in entries]
    for name, keys in _features(rows).items():
        columns[name] = column(_values(rows, keys))
        time.sleep(0)  # lets a waiting caller run between two columns
    return Built(pa.table(columns), repaired)


def _labels(entries: Sequence[Entry], version: str | None) -> Built:
    columns, repaired = _named_and_timed(entries)
    columns["vd_label"] = _class_or_number([e.what for e in entries])
    repaired += _weights(columns, entries)
    return Built(pa.table(columns), repaired)


def _feedback(entries: Sequence[Entry], version: str | None) -> Built:
    columns, repaired = _named_and_timed(entries)
    columns["vd_kind"] = text([e.what[0] for e in entries])
    columns["vd_text"] = text([e.what[1] for e in entries])
    return Built(pa.table(columns), repaired)


def _named_and_timed(entries: Sequence[Entry]) -> tuple[dict[str, pa.Array], int]:
    when, wrong = times([e.time for e in entries], [e.now for e in entries])
    return {"vd_id": text([e.id for e in entries]), "vd_time": when}, wrong


def _weights(columns: dict[str, pa.Array], entries: Sequence[Entry]) -> int:
    if all(e.weight is None for e in entries):
        return 0
    columns["vd_weight"], wrong = numbers([1.0 if e.weight is None else e.weight for e in entries])
    return wrong


def _scores(given: Sequence[Any]) -> dict[str, list[Any]]:
    """Return one column of scores, or one for each class where a row gives several."""
    found: dict[str, list[Any]] = {}
    if any(s is not None and not isinstance(s, Mapping) for s in given):
        found["vd_score"] = [None if isinstance(s, Mapping) else s for s in given]
    for name in dict.fromkeys(c for s in given if isinstance(s, Mapping) for c in s):
        found[f"vd_score:{name}"] = [s.get(name) if isinstance(s, Mapping) else None for s in given]
    return found


def _class_or_number(values: Sequence[Any]) -> pa.Array:
    """Return floats for numbers and text for everything else: the two types such a column may have."""
    made = column(values)
    if pa.types.is_string(made.type) or pa.types.is_floating(made.type):
        return made
    try:
        return made.cast(pa.float64()) if pa.types.is_integer(made.type) else text(values)
    except pa.ArrowInvalid:  # beyond what floats can tell apart
        return text(values)


def _features(rows: Sequence[Mapping[Any, Any]]) -> dict[str, list[Any]]:
    """Return the columns of all rows, each with the keys that stand for it."""
    keys: Iterable[Any] = dict.fromkeys(chain.from_iterable(rows))
    found: dict[str, list[Any]] = {}
    for key in keys:
        found.setdefault(feature_name(key), []).append(key)
    return found


def _values(rows: Sequence[Mapping[Any, Any]], keys: Sequence[Any]) -> list[Any]:
    """Return the entry of each row under the first of the keys that it has."""
    if len(keys) == 1:
        key = keys[0]
        return [row.get(key) for row in rows]
    return [next((row[k] for k in keys if k in row), None) for row in rows]
