"""Columns of the raw log: the names that vedette gives, and how a feature's own name is kept safe beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyarrow as pa

ID, TIME, VERSION, SCORE, PREDICTION = "vd_id", "vd_time", "vd_version", "vd_score", "vd_prediction"
LABEL, WEIGHT, KIND, TEXT = "vd_label", "vd_weight", "vd_kind", "vd_text"
REASON, DETAIL, RAW, TABLE, ROW = "vd_reason", "vd_detail", "vd_raw", "vd_table", "vd_row"
RECEIVED, SOURCE, SEQ, DAY = "vd_received_at", "vd_source", "vd_seq", "vd_day"

#: Everything that begins so is ours; the rest are features under their own names.
RESERVED = "vd_"
#: One column of scores for each class: this, then the class.
CLASS_SCORE = f"{SCORE}:"
#: What a row without a version belongs to.
UNVERSIONED = "unversioned"
#: The tables of a model.
PREDICTIONS, LABELS, FEEDBACK, QUARANTINE = "predictions", "labels", "feedback", "quarantine"
TABLES = (PREDICTIONS, LABELS, FEEDBACK, QUARANTINE)

INSTANT = pa.timestamp("us", tz="UTC")
#: What the server adds to every row.
ADDED = {RECEIVED: INSTANT, SOURCE: pa.string(), SEQ: pa.int64(), DAY: pa.string()}
#: Columns with one fixed type, by table.
FIXED: dict[str, dict[str, pa.DataType]] = {
    PREDICTIONS: {ID: pa.string(), TIME: INSTANT, VERSION: pa.string(), **ADDED},
    LABELS: {ID: pa.string(), TIME: INSTANT, **ADDED},
    FEEDBACK: {ID: pa.string(), TIME: INSTANT, KIND: pa.string(), TEXT: pa.string(), **ADDED},
    # A refused row: as it came, as JSON; the table it was sent to; its place in the request; why.
    QUARANTINE: {
        TIME: INSTANT,
        TABLE: pa.string(),
        ROW: pa.int64(),
        REASON: pa.string(),
        DETAIL: pa.string(),
        RAW: pa.string(),
        **ADDED,
    },
}
#: System columns that a client may send, by table (`CLASS_SCORE` columns of predictions besides).
SENT = {
    PREDICTIONS: (ID, TIME, VERSION, SCORE, PREDICTION, WEIGHT),
    LABELS: (ID, TIME, LABEL, WEIGHT),
    FEEDBACK: (ID, TIME, KIND, TEXT),
}
#: Values that contradict the type of their column are kept as text in this sibling.
SIBLING = "vd_text:"
_ESCAPED = "vd_x:"
#: Longer names are no names of features.
MAX_NAME = 256
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def may_be_sent(name: str, table: str) -> bool:
    """Tell whether a client may send a column of this name.

    Examples
    --------
    >>> may_be_sent("vd_score:late", "predictions"), may_be_sent("vd_seq", "predictions")
    (True, False)
    """
    if not name.startswith(RESERVED):
        return True
    return name in SENT[table] or (table == PREDICTIONS and name.startswith(CLASS_SCORE))


def stored_names(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return the stored name of each name, beside those already taken.

    A table tells columns apart without regard to case, and a file cannot hold every character: a second spelling
    of a known name, and a name with control characters, is stored as ``vd_x:`` and its bytes in hexadecimal.

    Examples
    --------
    >>> stored_names(["Age", "age", "pay"], taken=["pay"])
    {'Age': 'Age', 'age': 'vd_x:616765', 'pay': 'pay'}
    """
    known = {name.casefold(): name for name in taken}
    stored = {}
    for name in names:
        plain = not _CONTROL.search(name) and name.strip() and known.get(name.casefold(), name) == name
        stored[name] = name if plain else _ESCAPED + name.encode().hex()
        known.setdefault(stored[name].casefold(), stored[name])
    return stored


def outside_name(stored: str) -> str:
    """Return the name a column came with.

    Examples
    --------
    >>> outside_name("vd_x:616765"), outside_name("pay")
    ('age', 'pay')
    """
    return bytes.fromhex(stored[len(_ESCAPED) :]).decode() if stored.startswith(_ESCAPED) else stored
