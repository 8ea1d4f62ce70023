"""JSON rows, one by one: what each name means, whether each value can be that."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from vedette.errors import DataError
from vedette.server.ingest.instants import instant_of
from vedette.server.ingest.naming import Naming, columns_of
from vedette.server.ingest.refusals import Refusal, RefusedError, shown
from vedette.store.columns import (
    CLASS_SCORE,
    ID,
    KIND,
    LABEL,
    LABELS,
    PREDICTION,
    PREDICTIONS,
    RESERVED,
    SCORE,
    TEXT,
    TIME,
    VERSION,
    WEIGHT,
    may_be_sent,
)

_MAX_ID, _MAX_VERSION = 256, 120
Row = dict[str, Any]


class Checked(NamedTuple):
    """Rows in our columns, and those refused."""

    rows: list[Row]
    refused: list[Refusal]


def rows_in(body: bytes) -> list[Any]:
    """Return the rows of a JSON body: one object, an array, or ``{"rows": [...]}``."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(
            f"The body is no JSON: {str(error)[:200]}",
            "An object, an array of objects, or {'rows': [...]}, in UTF-8; null where a number is missing",
            "Correct the body (JSON has no NaN)",
            code="ingest.not-json",
        ) from error
    if isinstance(found, dict):
        rows = found.get("rows")
        return rows if len(found) == 1 and isinstance(rows, list) else [found]
    if isinstance(found, list):
        return found
    raise DataError(
        f"The body is {shown(found)}",
        "An object, an array of objects, or {'rows': [...]}",
        "Send rows as objects",
        code="ingest.no-rows",
    )


def checked(rows: list[Any], table: str, naming: Naming, latest: int) -> Checked:
    """Return the rows that can be stored, and the others with their reason.

    Parameters
    ----------
    latest : int
        No row is accepted from after that time, microseconds.

    Examples
    --------
    >>> good, bad = checked([{"id": 7, "x": 1}, {"id": ""}], "predictions", Naming(), 0)
    >>> good == [{"vd_id": "7", "x": 1}], bad[0].reason
    (True, 'bad-id')
    """
    columns = columns_of(naming, table)
    good: list[Row] = []
    refused: list[Refusal] = []
    for at, row in enumerate(rows):
        try:
            good.append(_row(row, table, columns, naming.probability, latest))
        except RefusedError as refusal:
            refused.append(Refusal(at, refusal.reason, refusal.detail, row))
    return Checked(good, refused)


def _row(row: Any, table: str, columns: Mapping[str, str], probability: bool, latest: int) -> Row:
    if not isinstance(row, dict):
        raise RefusedError("not-an-object", f"The row is {shown(row)}")
    out: Row = {}
    for name, value in row.items():
        ours = columns.get(name)
        if ours is None:
            _feature(out, name, value, table)
        elif ours not in out:
            out[ours] = value
        else:  # the role is taken by another name of it: this one is a feature
            out[name] = value
    for name in [name for name in out if name.startswith(RESERVED)]:
        _settle(out, name, probability, latest)
    if ID not in out and table != PREDICTIONS:
        raise RefusedError("bad-id", "The row has no id")
    if table == LABELS and out.get(LABEL) is None:
        raise RefusedError("bad-label", "The row has no label")
    return out


def _feature(out: Row, name: str, value: Any, table: str) -> None:
    if name == "features" and isinstance(value, dict):
        wrong = next((feature for feature in value if feature.startswith(RESERVED)), None)
        if wrong is not None:
            raise RefusedError("reserved-name", f"A feature is named {shown(wrong)}")
        out.update(value)
    elif may_be_sent(name, table):
        out[name] = value
    else:
        raise RefusedError("reserved-name", f"A column is named {shown(name)}")


def _settle(out: Row, name: str, probability: bool, latest: int) -> None:
    """Replace a value of ours by its stored form; what is missing is left out."""
    value = out.pop(name)
    if name.startswith(CLASS_SCORE):
        out[name] = _score(value, probability)
    elif name == SCORE and isinstance(value, dict):
        out.update({f"{CLASS_SCORE}{cls}": _score(score, probability) for cls, score in value.items()})
    elif name == SCORE:
        out[name] = _score(value, probability)
    elif value is None and name != ID:
        return
    elif name == TIME:
        out[name] = _time(value, latest)
    else:
        out[name] = _SETTLE[name](value)


def _id(value: Any) -> str:
    text = str(value) if _whole(value) else value
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_ID:
        raise RefusedError("bad-id", f"The id is {shown(value)}")
    return text


def _time(value: Any, latest: int) -> int:
    time = instant_of(value)
    if time is None:
        raise RefusedError("bad-time", f"The time is {shown(value)}")
    if time > latest:
        raise RefusedError(
            "future-time", f"The time {shown(value)} is {(time - latest) / 1e6:.0f} s too late"
        )
    return time


def _score(value: Any, probability: bool) -> float | None:
    if value is None:
        return None
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not math.isfinite(number) or (probability and not 0 <= number <= 1):
        raise RefusedError("bad-score", f"The score is {shown(value)}")
    return number


def _scalar(reason: str) -> Callable[[Any], Any]:
    def settle(value: Any) -> Any:
        if not isinstance(value, str | int | float):
            raise RefusedError(reason, f"It is {shown(value)}")
        return value

    return settle


def _version(value: Any) -> str:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_VERSION:
        raise RefusedError("bad-version", f"The version is {shown(value)}")
    return text


def _weight(value: Any) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < math.inf:
        raise RefusedError("bad-weight", f"The weight is {shown(value)}")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise RefusedError("bad-text", f"It is {shown(value)}")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SETTLE: dict[str, Callable[[Any], Any]] = {
    ID: _id,
    VERSION: _version,
    PREDICTION: _scalar("bad-prediction"),
    LABEL: _scalar("bad-label"),
    WEIGHT: _weight,
    KIND: _text,
    TEXT: _text,
}
