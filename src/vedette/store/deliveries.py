"""The outbox: messages in the same transaction as what they tell, sent later, kept until they arrived or died."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import delete, func, insert, select, update

from vedette.store.database import Transaction
from vedette.store.records import struct, structs
from vedette.store.tables import deliveries

State = Literal["pending", "sent", "dead"]


class Delivery(msgspec.Struct, frozen=True):
    """One message on its way to one sink.

    `message` is its JSON text; `attempts` how often it was tried; `next_at` when it is tried again; `error` what
    the last try said.
    """

    id: int
    sink: str
    message: str
    state: State
    attempts: int
    queued_at: int
    next_at: int
    done_at: int | None
    error: str | None


def queue(tx: Transaction, sink: str, message: str, *, at: int, not_before: int | None = None) -> int:
    """Put a message in the outbox; its number."""
    row = {
        "sink": sink,
        "message": message,
        "state": "pending",
        "attempts": 0,
        "queued_at": at,
        "next_at": at if not_before is None else not_before,
    }
    return int(tx.execute(insert(deliveries).returning(deliveries.c.id), row).scalar_one())


def due(tx: Transaction, now: int, limit: int = 100) -> list[Delivery]:
    """Return the messages to try now, those that wait longest first."""
    query = select(deliveries).where(deliveries.c.state == "pending", deliveries.c.next_at <= now)
    return structs(tx, query.order_by(deliveries.c.next_at, deliveries.c.id).limit(limit), Delivery)


def next_due(tx: Transaction) -> int | None:
    """Return when the next message is to be tried, None when none waits."""
    query = select(func.min(deliveries.c.next_at)).where(deliveries.c.state == "pending")
    return tx.execute(query).scalar()


def get(tx: Transaction, number: int) -> Delivery | None:
    """Return one message."""
    return struct(tx, select(deliveries).where(deliveries.c.id == number), Delivery)


def listing(tx: Transaction, state: State, limit: int = 100) -> list[Delivery]:
    """Return messages in a state, newest first: "dead" is the list of the undelivered."""
    query = select(deliveries).where(deliveries.c.state == state)
    return structs(tx, query.order_by(deliveries.c.id.desc()).limit(limit), Delivery)


def by_sink(tx: Transaction) -> dict[str, tuple[int | None, int]]:
    """Return when each sink last took a message, and how many it never took."""
    table = deliveries
    query = select(table.c.sink, table.c.state, func.count(), func.max(table.c.done_at))
    found: dict[str, tuple[int | None, int]] = {}
    for sink, state, number, last in tx.execute(query.group_by(table.c.sink, table.c.state)):
        sent_at, dead = found.get(sink, (None, 0))
        found[sink] = (last if state == "sent" else sent_at, number if state == "dead" else dead)
    return found


def sent(tx: Transaction, number: int, *, at: int) -> None:
    """Note that a message arrived."""
    _change(tx, number, state="sent", attempts=deliveries.c.attempts + 1, done_at=at, error=None)


def failed(tx: Transaction, number: int, error: str, *, at: int, next_at: int | None) -> None:
    """Note a try that failed; without a next one the message is dead."""
    tries = deliveries.c.attempts + 1
    if next_at is None:
        _change(tx, number, state="dead", attempts=tries, done_at=at, error=error)
    else:
        _change(tx, number, attempts=tries, next_at=next_at, error=error)


def revive(tx: Transaction, number: int, *, at: int) -> None:
    """Try a dead message again, as if it were new."""
    _change(tx, number, state="pending", attempts=0, next_at=at, done_at=None)


def remove_done(tx: Transaction, before: int) -> int:
    """Forget messages that arrived or died before an instant (retention); how many."""
    where = (deliveries.c.state != "pending") & (deliveries.c.done_at < before)
    return int(tx.execute(delete(deliveries).where(where)).rowcount)


def _change(tx: Transaction, number: int, **values: object) -> None:
    tx.execute(update(deliveries).where(deliveries.c.id == number).values(values))
