"""States of windows, partial states of many writers, and the states of detectors.

A state is written in place of the old one, never added to it: evaluating twice changes nothing. Partial states
come from processes that keep their rows to themselves (profile mode); the key (source, seq) makes a repeat harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import delete, select

from vedette.store.database import Transaction, upsert
from vedette.store.records import struct, structs
from vedette.store.tables import detectors, partials, states


class Partial(msgspec.Struct, frozen=True):
    """What one process counted for a window since its last message."""

    model: str
    version: str
    start: int
    def_hash: str
    source: str
    seq: int
    blob: bytes


class DetectorState(msgspec.Struct, frozen=True):
    """Where the detectors of a version stand: after the window that begins at `last`."""

    model: str
    version: str
    def_hash: str
    last: int
    blob: bytes


def put(tx: Transaction, model: str, version: str, start: int, blobs: Mapping[str, bytes]) -> None:
    """Write the states of one window, definition hash -> bytes; what was there before is gone."""
    key = {"model": model, "version": version, "start": start}
    where = [states.c[name] == value for name, value in key.items()]
    tx.execute(delete(states).where(*where))
    upsert(tx, states, [{**key, "def_hash": name, "blob": blob} for name, blob in blobs.items()])


def get(tx: Transaction, model: str, version: str, start: int) -> dict[str, bytes]:
    """Return the states of one window, definition hash -> bytes."""
    return between(tx, model, version, start, start + 1).get(start, {})


def between(tx: Transaction, model: str, version: str, start: int, end: int) -> dict[int, dict[str, bytes]]:
    """Return the states of the windows that begin in ``[start, end)``, in order of time."""
    query = select(states.c.start, states.c.def_hash, states.c.blob).where(
        states.c.model == model, states.c.version == version, states.c.start >= start, states.c.start < end
    )
    found: dict[int, dict[str, bytes]] = {}
    for begin, name, blob in tx.execute(query.order_by(states.c.start)):
        found.setdefault(begin, {})[name] = blob
    return found


def remove_before(tx: Transaction, model: str, before: int) -> int:
    """Forget the states of windows that begin before an instant, and their parts (retention); how many windows."""
    tx.execute(delete(partials).where(partials.c.model == model, partials.c.start < before))
    where = (states.c.model == model) & (states.c.start < before)
    return int(tx.execute(delete(states).where(where)).rowcount)


def add_partials(tx: Transaction, found: Iterable[Partial]) -> None:
    """Keep partial states; one that came before (same source and seq) changes nothing."""
    upsert(tx, partials, [msgspec.structs.asdict(partial) for partial in found], replace=[])


def partials_of(tx: Transaction, model: str, version: str, start: int) -> list[Partial]:
    """Return the partial states of one window, ordered by source and seq."""
    query = select(partials).where(
        partials.c.model == model, partials.c.version == version, partials.c.start == start
    )
    return sorted(structs(tx, query, Partial), key=lambda p: (p.def_hash, p.source, p.seq))


def remove_partials(tx: Transaction, merged: Iterable[Partial]) -> None:
    """Forget partial states that a merged state now holds (in the same transaction as its `put`)."""
    for partial in merged:
        key = {column.name: getattr(partial, column.name) for column in partials.primary_key}
        tx.execute(delete(partials).where(*(partials.c[name] == value for name, value in key.items())))


def put_detectors(tx: Transaction, state: DetectorState) -> None:
    """Keep where the detectors of a version stand."""
    upsert(tx, detectors, msgspec.structs.asdict(state))


def get_detectors(tx: Transaction, model: str, version: str) -> DetectorState | None:
    """Return where the detectors of a version stand, None before their first window."""
    query = select(detectors).where(detectors.c.model == model, detectors.c.version == version)
    return struct(tx, query, DetectorState)


def remove_detectors(tx: Transaction, model: str, version: str) -> None:
    """Forget the detectors of a version, so that they start again."""
    tx.execute(delete(detectors).where(detectors.c.model == model, detectors.c.version == version))
