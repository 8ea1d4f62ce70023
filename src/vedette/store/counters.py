"""Counters that outlive a restart: a name, labels, a number that only grows."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import select

from vedette.store.database import Transaction, upsert
from vedette.store.tables import counters

#: Labels as sorted pairs: ``(("model", "flights"),)``.
Labels = tuple[tuple[str, str], ...]


def add(tx: Transaction, more: Mapping[tuple[str, Labels], float]) -> None:
    """Add to counters, (name, labels) -> how much; those that are new begin at 0."""
    for (name, labels), amount in more.items():
        text = msgspec.json.encode(sorted(labels)).decode()
        row = {"name": name, "labels": text, "value": float(amount)}
        upsert(tx, counters, row, replace=[], value=counters.c.value + amount)


def listing(tx: Transaction, name: str | None = None) -> dict[tuple[str, Labels], float]:
    """Return every counter, or those of a name, sorted by name and labels."""
    query = select(counters.c.name, counters.c.labels, counters.c.value)
    rows = tx.execute(query if name is None else query.where(counters.c.name == name)).all()
    found = {(own, msgspec.json.decode(text, type=Labels)): value for own, text, value in rows}
    return dict(sorted(found.items()))
