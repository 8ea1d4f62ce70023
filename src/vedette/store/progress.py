"""How far a server has come: a text that changes with every row counted, window judged and event of an incident."""

from __future__ import annotations

from sqlalchemy import func, select

from vedette.store.database import Transaction
from vedette.store.tables import dirty_windows, incident_events, incidents, monitors, versions


def mark(tx: Transaction, model: str | None = None) -> str:
    """Return the text of a model, of all for None: small tables are counted, no window is read."""
    rows = select(func.coalesce(func.sum(versions.c.rows), 0))
    waiting = select(func.count(), func.coalesce(func.sum(dirty_windows.c.mark), 0)).select_from(
        dirty_windows
    )
    revisions = select(func.count()).select_from(monitors)
    same = incidents.c.number == incident_events.c.incident
    events = select(func.count(), func.coalesce(func.max(incident_events.c.at), 0)).select_from(
        incident_events
    )
    if model is not None:
        rows = rows.where(versions.c.model == model)
        waiting = waiting.where(dirty_windows.c.model == model)
        revisions = revisions.where(monitors.c.model == model)
        events = events.join(incidents, same).where(incidents.c.model == model)
    answers = [tuple(tx.execute(query).one()) for query in (rows, waiting, revisions, events)]
    return "/".join(str(int(value)) for answer in answers for value in answer)
