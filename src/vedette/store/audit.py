"""The audit log: who did what, each line chained to the one before by its hash.

Changing or removing a line breaks the chain from there on; the databases refuse it besides, by trigger. Only the
newest lines could be cut off unseen: note the head now and then, and give it to `verify`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from sqlalchemy import insert, select

from vedette.store.database import Transaction
from vedette.store.records import structs
from vedette.store.tables import audit, storable

#: What the first line is chained to.
ROOT = "0" * 64


class Line(msgspec.Struct, frozen=True):
    """One line: `actor` did `action` to `subject`; `details` is JSON text."""

    seq: int
    at: int
    actor: str
    action: str
    subject: str
    details: str
    previous: str
    hash: str


class Verdict(msgspec.Struct, frozen=True):
    """What a check of the chain found.

    Attributes
    ----------
    lines : int
        Lines that are as they were written.
    head : str
        Hash of the last of them.
    broken : int, optional
        Number of the first line that was changed, or is missing; None when all is well.
    """

    lines: int
    head: str
    broken: int | None = None

    def __bool__(self) -> bool:
        return self.broken is None


def append(
    tx: Transaction,
    action: str,
    *,
    at: int,
    actor: str,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
) -> Line:
    """Write one line, in the same transaction as the change it tells."""
    last = tx.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, ROOT)
    # The hash is of the text as it will be read again.
    actor, action, subject = (storable(text) for text in (actor, action, subject))
    text = msgspec.json.encode(dict(details or {}), order="deterministic").decode()
    line = Line(seq, at, actor, action, subject, text, previous, "")
    line = msgspec.structs.replace(line, hash=digest(line))
    tx.execute(insert(audit), msgspec.structs.asdict(line))
    return line


def digest(line: Line) -> str:
    """Return the SHA-256 of a line and of the hash before it."""
    body = [line.seq, line.at, line.actor, line.action, line.subject, line.details]
    return hashlib.sha256(line.previous.encode() + msgspec.json.encode(body)).hexdigest()


def verify(tx: Transaction, head: str | None = None) -> Verdict:
    """Check every line; with `head` (a hash noted earlier) also that its line is still there."""
    previous, seq, seen = ROOT, 0, head in (None, ROOT)
    for line in _lines(tx):
        if line.seq != seq + 1 or line.previous != previous or line.hash != digest(line):
            return Verdict(seq, previous, broken=seq + 1)
        previous, seq = line.hash, line.seq
        seen = seen or previous == head
    return Verdict(seq, previous, broken=None if seen else seq + 1)


def listing(
    tx: Transaction, *, limit: int = 100, before: int | None = None, subject: str | None = None
) -> list[Line]:
    """Return lines, newest first; `before` is the last number of the page above."""
    query = select(audit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return structs(tx, query.order_by(audit.c.seq.desc()).limit(limit), Line)


def _lines(tx: Transaction) -> Iterator[Line]:
    for row in tx.execute(select(audit).order_by(audit.c.seq)).mappings():
        yield Line(**row)
