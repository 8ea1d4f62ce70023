"""Incidents: the whole of each as a document, with what is searched for as columns; mutes and downtimes.

The number is what people say ("incident 42"); the id is the incident's own, of its content, so that evaluating a
window again finds the same incident.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, func, insert, or_, select

from vedette.alerts.incident import Incident
from vedette.alerts.mute import Mute
from vedette.store.database import Transaction, upsert
from vedette.store.records import struct, structs
from vedette.store.tables import downtimes, incident_events, incidents, models, mutes


class StoredIncident(msgspec.Struct, frozen=True):
    """An incident as lists show it; `document` is the whole of it as JSON."""

    number: int
    id: str
    model: str
    version: str
    state: str
    level: str
    opened_at: int
    closed_at: int | None
    since: int
    last: int
    cause: str
    owner: str
    muted_until: int | None
    document: str

    @property
    def incident(self) -> Incident:
        """The incident itself."""
        return msgspec.json.decode(self.document, type=Incident)


class StoredEvent(msgspec.Struct, frozen=True):
    """A line of an incident's history, for lists over many incidents."""

    incident: int
    position: int
    at: int
    kind: str
    who: str
    text: str


class StoredMute(msgspec.Struct, frozen=True):
    """A mute made in the interface (those of the monitor file are in the file)."""

    id: int
    model: str
    mute: Mute
    at: int
    author: str


class Downtime(msgspec.Struct, frozen=True):
    """A span ``[start, end)`` in which a model is expected to be silent or wrong."""

    id: int
    model: str
    start: int
    end: int
    author: str
    reason: str


def put(tx: Transaction, incident: Incident) -> int:
    """Write an incident in place of what was known of it; its number."""
    row = {
        "id": incident.id,
        "model": incident.model,
        "version": incident.version,
        "state": incident.state,
        "level": incident.level,
        "opened_at": incident.events[0].at,
        "closed_at": incident.closed,
        "since": incident.since.start,
        "last": incident.last.start,
        "cause": incident.cause,
        "owner": incident.owner,
        "muted_until": incident.muted_until,
        "document": msgspec.json.encode(incident).decode(),
    }
    number = tx.execute(select(incidents.c.number).where(incidents.c.id == incident.id)).scalar()
    if number is None:
        number = tx.execute(insert(incidents).returning(incidents.c.number), row).scalar_one()
    else:
        tx.execute(incidents.update().where(incidents.c.number == number).values(row))
    events = [
        {"incident": number, "position": i, "at": e.at, "kind": e.kind, "who": e.who, "text": e.text}
        for i, e in enumerate(incident.events)
    ]
    upsert(tx, incident_events, events)
    return int(number)


def standing(tx: Transaction, model: str, version: str, *, resolved_after: int) -> list[StoredIncident]:
    """Return the incidents of a version that are not resolved, or were only after an instant, oldest first."""
    recent = or_(incidents.c.state != "resolved", incidents.c.closed_at >= resolved_after)
    query = select(incidents).where(incidents.c.model == model, incidents.c.version == version, recent)
    return structs(tx, query.order_by(incidents.c.number), StoredIncident)


def get(tx: Transaction, number: int) -> StoredIncident | None:
    """Return the incident that people call by this number."""
    return struct(tx, select(incidents).where(incidents.c.number == number), StoredIncident)


def find(tx: Transaction, name: str) -> StoredIncident | None:
    """Return the incident with this id."""
    return struct(tx, select(incidents).where(incidents.c.id == name), StoredIncident)


def listing(
    tx: Transaction,
    *,
    project: str | None = None,
    model: str | None = None,
    states: Iterable[str] = ("open", "acknowledged", "muted"),
    limit: int | None = None,
    before: int | None = None,
) -> list[StoredIncident]:
    """Return incidents, newest number first; `before` is the last number of the page above."""
    query = select(incidents).where(incidents.c.state.in_(list(states)))
    if project is not None:
        query = query.join(models, models.c.name == incidents.c.model).where(models.c.project == project)
    if model is not None:
        query = query.where(incidents.c.model == model)
    if before is not None:
        query = query.where(incidents.c.number < before)
    return structs(tx, query.order_by(incidents.c.number.desc()).limit(limit), StoredIncident)


def counts(tx: Transaction) -> dict[tuple[str, str], dict[str, int]]:
    """Return how many incidents stand, (model, version) -> level -> number; muted ones do not count."""
    columns = (incidents.c.model, incidents.c.version, incidents.c.level)
    query = select(*columns, func.count()).where(incidents.c.state.in_(["open", "acknowledged"]))
    found: dict[tuple[str, str], dict[str, int]] = {}
    for model, version, level, number in tx.execute(query.group_by(*columns)):
        found.setdefault((model, version), {})[level] = number
    return found


def recent_events(tx: Transaction, model: str | None = None, limit: int = 50) -> list[StoredEvent]:
    """Return what last happened to the incidents (of a model), newest first; pulses of the system left out."""
    query = select(incident_events).where(incident_events.c.kind != "pulse")
    if model is not None:
        same = incidents.c.number == incident_events.c.incident
        query = query.join(incidents, same).where(incidents.c.model == model)
    order = (
        incident_events.c.at.desc(),
        incident_events.c.incident.desc(),
        incident_events.c.position.desc(),
    )
    return structs(tx, query.order_by(*order).limit(limit), StoredEvent)


def add_mute(tx: Transaction, model: str, mute: Mute, *, at: int, author: str) -> int:
    """Keep a mute; its number."""
    row = {"model": model, "document": msgspec.json.encode(mute).decode(), "at": at, "author": author}
    return int(tx.execute(insert(mutes).returning(mutes.c.id), row).scalar_one())


def mutes_of(tx: Transaction, model: str) -> list[StoredMute]:
    """Return the mutes of a model, oldest first; ended ones too."""
    query = select(mutes).where(mutes.c.model == model).order_by(mutes.c.id)
    return [
        StoredMute(row.id, row.model, msgspec.json.decode(row.document, type=Mute), row.at, row.author)
        for row in tx.execute(query)
    ]


def remove_mute(tx: Transaction, number: int) -> None:
    """Take a mute away."""
    tx.execute(delete(mutes).where(mutes.c.id == number))


def add_downtime(tx: Transaction, model: str, start: int, end: int, *, author: str, reason: str = "") -> int:
    """Keep a downtime; its number."""
    row = {"model": model, "start": start, "end": end, "author": author, "reason": reason}
    return int(tx.execute(insert(downtimes).returning(downtimes.c.id), row).scalar_one())


def downtimes_of(tx: Transaction, model: str, *, after: int = 0) -> list[Downtime]:
    """Return the downtimes of a model that end after an instant, in order of time."""
    query = select(downtimes).where(downtimes.c.model == model, downtimes.c.end > after)
    return structs(tx, query.order_by(downtimes.c.start, downtimes.c.id), Downtime)


def remove_downtime(tx: Transaction, number: int) -> None:
    """Take a downtime away."""
    tx.execute(delete(downtimes).where(downtimes.c.id == number))
