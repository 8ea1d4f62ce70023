"""Which rows were refused, in which file they lie, why, and what became of them."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import RowMapping, func, insert, select, update

from vedette.store.database import Transaction
from vedette.store.tables import quarantine

State = Literal["held", "fed", "dropped"]


class Held(msgspec.Struct, frozen=True):
    """Rows of one request that were refused; `reasons` maps each reason to how many rows it kept out."""

    id: int
    model: str
    kind: str
    path: str
    at: int
    rows: int
    reasons: dict[str, int]
    state: State


def add(
    tx: Transaction, model: str, kind: str, path: str, reasons: dict[str, int], *, rows: int, at: int
) -> int:
    """Note refused rows; the number of the note."""
    text = msgspec.json.encode(reasons).decode()
    row = {
        "model": model,
        "kind": kind,
        "path": path,
        "at": at,
        "rows": rows,
        "reasons": text,
        "state": "held",
    }
    return int(tx.execute(insert(quarantine).returning(quarantine.c.id), row).scalar_one())


def listing(
    tx: Transaction, model: str | None = None, *, state: State = "held", limit: int = 100
) -> list[Held]:
    """Return notes in a state, newest first."""
    query = select(quarantine).where(quarantine.c.state == state)
    if model is not None:
        query = query.where(quarantine.c.model == model)
    return [_held(row) for row in tx.execute(query.order_by(quarantine.c.id.desc()).limit(limit)).mappings()]


def get(tx: Transaction, number: int) -> Held | None:
    """Return one note."""
    row = tx.execute(select(quarantine).where(quarantine.c.id == number)).mappings().first()
    return None if row is None else _held(row)


def counts(tx: Transaction) -> dict[str, int]:
    """Return how many rows are held, by model."""
    query = select(quarantine.c.model, func.sum(quarantine.c.rows)).where(quarantine.c.state == "held")
    return {model: int(rows) for model, rows in tx.execute(query.group_by(quarantine.c.model))}


def mark(tx: Transaction, number: int, state: State) -> None:
    """Note what became of rows."""
    tx.execute(update(quarantine).where(quarantine.c.id == number).values(state=state))


def _held(row: RowMapping) -> Held:
    return Held(**{**row, "reasons": msgspec.json.decode(row["reasons"])})
