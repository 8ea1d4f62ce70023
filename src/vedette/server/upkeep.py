"""Upkeep of the database: sessions that ended, messages that arrived, numbers older than anybody wants them."""

from __future__ import annotations

import msgspec

from vedette.store import accounts, deliveries, models, series, states
from vedette.store.database import Database

#: Seconds between two rounds.
EVERY = 3600.0
_DAY = 86_400_000_000


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """Days that what was computed is kept; None keeps it for good. The audit log is always kept.

    Attributes
    ----------
    states : int, optional
        Summaries of windows, by the window's own time. Without them a window cannot be looked at closely again; its
        numbers stay.
    series : int, optional
        Numbers of windows. What is forgotten goes by whole chunks, some windows later than asked for.
    deliveries : int, optional
        Messages that arrived or never can.
    """

    states: int | None = None
    series: int | None = None
    deliveries: int | None = 30


class Swept(msgspec.Struct, frozen=True):
    """What one round forgot."""

    sessions: int = 0
    deliveries: int = 0
    states: int = 0


class Upkeep:
    """Forgets what is too old, and keeps the database file small.

    Parameters
    ----------
    database : Database
    keeping : Keeping
    """

    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._database, self._keeping = database, keeping

    def step(self, now: int) -> Swept:
        """Forget what is too old at `now` (microseconds since the epoch)."""
        kept = self._keeping
        with self._database.write() as tx:
            sessions = accounts.remove_expired(tx, now)
            sent = 0 if kept.deliveries is None else deliveries.remove_done(tx, now - kept.deliveries * _DAY)
            known = [m.name for m in models.listing(tx, archived=True)]
        old = sum(self._forget(name, now) for name in known)
        self._database.checkpoint()
        return Swept(sessions, sent, old)

    def _forget(self, model: str, now: int) -> int:
        """Forget old numbers of one model: a transaction of its own, so that others need not wait long."""
        kept = self._keeping
        if kept.states is None and kept.series is None:
            return 0
        with self._database.write() as tx:
            if kept.series is not None:
                series.remove_before(tx, model, now - kept.series * _DAY)
            return 0 if kept.states is None else states.remove_before(tx, model, now - kept.states * _DAY)
