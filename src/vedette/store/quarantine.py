"""Refused rows: listed, read, taken out again. They lie in a table of their own beside the rows of a model."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from vedette.errors import UnknownNameError
from vedette.store.columns import (
    DETAIL,
    QUARANTINE,
    RAW,
    REASON,
    RECEIVED,
    ROW,
    SEQ,
    SOURCE,
    TABLE,
)
from vedette.store.lake import Lake
from vedette.store.reading import tail

_BETWEEN = "~"


class Refused(msgspec.Struct, frozen=True):
    """One refused row.

    Parameters
    ----------
    key : str
        Names it: ``<source>~<seq>~<row>``.
    table : str
        Where it was sent: ``predictions``, ``labels`` or ``feedback``.
    reason, detail : str
        A stable word for the reason, and a sentence with what was found.
    raw : str
        The row as it came, as JSON.
    received : int
        Microseconds since the epoch.
    """

    key: str
    table: str
    reason: str
    detail: str
    raw: str
    received: int


def listing(lake: Lake, model: str, count: int = 200) -> list[Refused]:
    """Return the refused rows of a model, the newest first."""
    return [_refused(row) for row in tail(lake, model, count, QUARANTINE).to_pylist()]


def reasons(lake: Lake, model: str) -> dict[str, int]:
    """Return how many rows were refused for each reason."""
    delta = lake.table(model, QUARANTINE).delta()
    if delta is None:
        return {}
    counted = delta.to_pyarrow_dataset().to_table([REASON]).group_by(REASON).aggregate([([], "count_all")])
    return dict(sorted(zip(counted[REASON].to_pylist(), counted["count_all"].to_pylist(), strict=True)))


def find(lake: Lake, model: str, key: str) -> Refused:
    """Return one refused row."""
    delta = lake.table(model, QUARANTINE).delta()
    address = _address(key)
    rows: list[dict[str, object]] = []
    if delta is not None and address is not None:
        source, seq, row = address
        chosen = (pc.field(SOURCE) == source) & (pc.field(SEQ) == seq) & (pc.field(ROW) == row)
        rows = delta.to_pyarrow_dataset().to_table(filter=chosen).to_pylist()
    if not rows:
        raise UnknownNameError(
            f"The quarantine of {model!r} has no row {key[:200]!r}",
            "A key as the listing shows it",
            "List the quarantine again: it may have been fixed already",
            code="quarantine.unknown-row",
        )
    return _refused(rows[0])


def remove(lake: Lake, model: str, key: str) -> None:
    """Take one row out, because it was fed again or is not wanted."""
    find(lake, model, key)
    source, seq, row = _address(key) or ("", 0, 0)
    table = lake.table(model, QUARANTINE)
    with table.lock:
        delta = table.delta()
        if delta is not None:
            # The source is a checked name: letters, digits, '.', '_', '-'.
            delta.delete(f"{SOURCE} = '{source}' AND {SEQ} = {seq} AND {ROW} = {row}")


def remove_many(lake: Lake, model: str, keys: Iterable[str]) -> None:
    """Take some rows out, those of one request in one commit; keys of no row change nothing."""
    requests: dict[tuple[str, int], list[int]] = {}
    for source, seq, row in filter(None, map(_address, keys)):
        requests.setdefault((source, seq), []).append(row)
    table = lake.table(model, QUARANTINE)
    with table.lock:
        delta = table.delta()
        if delta is None:
            return
        for (source, seq), rows in requests.items():
            numbers = ", ".join(map(str, rows))
            delta.delete(f"{SOURCE} = '{source}' AND {SEQ} = {seq} AND {ROW} IN ({numbers})")


def _address(key: str) -> tuple[str, int, int] | None:
    source, seq, row = [*key.split(_BETWEEN), "", ""][:3]
    safe = all(letter.isalnum() or letter in "._-" for letter in source)
    return (source, int(seq), int(row)) if safe and seq.isdecimal() and row.isdecimal() else None


def _refused(row: dict[str, object]) -> Refused:
    received = pa.scalar(row[RECEIVED], pa.timestamp("us", tz="UTC")).cast(pa.int64()).as_py()
    key = _BETWEEN.join(str(row[name]) for name in (SOURCE, SEQ, ROW))
    table, reason, detail, raw = (str(row[name] or "") for name in (TABLE, REASON, DETAIL, RAW))
    return Refused(key, table, reason, detail, raw, received)
