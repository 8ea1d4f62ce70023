"""Where every row went: counters that no caller waits for."""

from __future__ import annotations

from collections import Counter
from threading import get_ident

import msgspec


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows of one logger are: ``logged == sent + spooled + queued + lost``, always.

    Attributes
    ----------
    logged : int
        Rows given to the logger by this process.
    sent : int
        Rows that the target acknowledged.
    spooled : int
        Rows that wait on disk.
    queued : int
        Rows that wait in memory; these go with the process when it is killed.
    dropped : dict of str to int
        Rows given up, by reason: ``queue_full``, ``sampled``, ``spool_full``, ``disk``, ``refused`` (kept in the
        folder ``refused`` of the spool), ``unreadable``, ``closed``, ``no_prediction`` and ``profile``.
    adopted, adopted_sent : int
        Rows found in the spools of processes that ended, and those of them that were acknowledged.
    quarantined, duplicates : int
        Of the rows sent, those that the server set aside, and those it had already.
    repaired : int
        Entries that were no number or no time where one was needed, and are missing now.
    spool_bytes : int
    error : str
        Why the last attempt failed, empty after one that did not.
    """

    logged: int = 0
    sent: int = 0
    spooled: int = 0
    queued: int = 0
    dropped: dict[str, int] = {}
    adopted: int = 0
    adopted_sent: int = 0
    quarantined: int = 0
    duplicates: int = 0
    repaired: int = 0
    spool_bytes: int = 0
    error: str = ""

    @property
    def lost(self) -> int:
        """Rows given up, for whatever reason."""
        return sum(self.dropped.values())


class Tally:
    """Counts by reason that each thread keeps for itself, so that no caller takes a lock.

    Examples
    --------
    >>> tally = Tally()
    >>> tally.add("queue_full", 2)
    >>> tally.totals()
    Counter({'queue_full': 2})
    """

    def __init__(self) -> None:
        self.cells: dict[tuple[int, str], int] = {}

    def add(self, reason: str, rows: int = 1) -> None:
        """Count `rows` of the calling thread."""
        cell = (get_ident(), reason)
        self.cells[cell] = self.cells.get(cell, 0) + rows

    def totals(self) -> Counter[str]:
        """Return rows by reason over all threads."""
        found: Counter[str] = Counter()
        for (_, reason), rows in list(self.cells.items()):
            found[reason] += rows
        return found
