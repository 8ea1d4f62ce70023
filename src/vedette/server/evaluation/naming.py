"""Rows of the raw log under the names that a monitor gives them, so that one monitor serves replay and server."""

from __future__ import annotations

import pyarrow as pa

from vedette.schema import Schema
from vedette.store.columns import CLASS_SCORE, ID, LABEL, PREDICTION, RESERVED, SCORE, TIME, WEIGHT
from vedette.store.reading import LABEL_TIME


def outside_rows(rows: pa.Table, schema: Schema) -> pa.Table:
    """Return the rows with the names of the schema; columns of ours that it does not name are left out.

    Examples
    --------
    >>> rows = pa.table({"vd_id": ["a"], "vd_score": [0.5], "vd_version": ["7"], "age": [31]})
    >>> outside_rows(rows, Schema(id="flight", score="p")).column_names
    ['flight', 'p', 'age']
    """
    told = role_names(schema)
    names = {n: told.get(n, None if n.startswith(RESERVED) else n) for n in rows.column_names}
    # A feature of the same name as a role would make two columns of one name: the role has it.
    taken = {name for ours, name in names.items() if ours in told}
    kept = {
        ours: name for ours, name in names.items() if name is not None and (ours in told or name not in taken)
    }
    return pa.table({name: rows.column(ours) for ours, name in kept.items()})


def role_names(schema: Schema) -> dict[str, str]:
    """Return the outside name of each of our columns that the schema names."""
    pairs = {
        ID: schema.id,
        TIME: schema.time,
        PREDICTION: schema.prediction,
        WEIGHT: schema.weight,
        LABEL_TIME: schema.label_time,
    }
    if isinstance(schema.score, dict):
        pairs |= {f"{CLASS_SCORE}{cls}": column for cls, column in schema.score.items()}
    else:
        pairs[SCORE] = schema.score
    if isinstance(schema.label, str):
        pairs[LABEL] = schema.label
    return {ours: name for ours, name in pairs.items() if isinstance(name, str)}
