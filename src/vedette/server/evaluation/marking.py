"""Which windows must be evaluated because of what came: told by the writer, kept until it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from vedette.engine.windows import Every
from vedette.monitor import Monitor
from vedette.server.evaluation.closing import Axis
from vedette.store import models, monitors, windows
from vedette.store.columns import PREDICTIONS
from vedette.store.database import Database, Transaction
from vedette.store.writer import Commit, Times

_DAY = 86_400_000_000


class Marking:
    """Notes models, versions and windows of committed rows; a model without a monitor has no windows yet.

    Parameters
    ----------
    database : Database
    clock : function
        Microseconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock

    def committed(self, commits: Sequence[Commit]) -> None:
        """Take note of rows that the lake has."""
        if not commits:
            return
        with self._database.write() as tx:
            for commit in commits:
                self._take(tx, commit)

    def _take(self, tx: Transaction, commit: Commit) -> None:
        now = self._clock()
        models.register(tx, commit.model, at=now)
        if commit.kind == PREDICTIONS:
            for version, times in commit.times.items():
                models.saw_rows(
                    tx, commit.model, version, first=int(times[0]), last=int(times[-1]), rows=len(times)
                )
        file = monitors.current(tx, commit.model)
        if file is not None:
            monitor = Monitor.from_toml(file.toml)
            keys = (
                (commit.model, v, start)
                for v, times in commit.times.items()
                for start in starts(times, monitor)
            )
            windows.mark_dirty(tx, keys, at=now)


def starts(times: Times, monitor: Monitor) -> Iterable[int]:
    """Return the beginnings of the windows that some sorted event times lie in.

    Examples
    --------
    >>> list(starts(np.array([5, 7, 86_400_000_001]), Monitor()))
    [0, 86400000000]
    """
    every = Every.parse(monitor.windows.every)
    if every.unit == "rows" or not len(times):
        return
    # One look at the calendar for each run of days without a gap: times may lie years apart.
    for run in np.split(times, np.flatnonzero(np.diff(times) > 40 * _DAY) + 1):
        axis = Axis(every, monitor.windows.timezone)
        axis.reach(int(run[0]))
        axis.reach(int(run[-1]))
        begins = np.array([w.start for w in axis.windows], np.int64)
        yield from begins[np.unique(np.searchsorted(begins, run, side="right") - 1)].tolist()


def mark_all(tx: Transaction, model: str, monitor: Monitor, *, at: int) -> int:
    """Mark every window of a model in which any version has rows between its first and last; how many."""
    marked = 0
    for version in models.versions_of(tx, model):
        axis = Axis(Every.parse(monitor.windows.every), monitor.windows.timezone)
        axis.reach(version.first_seen)
        axis.reach(version.last_seen)
        windows.mark_dirty(tx, ((model, version.version, w.start) for w in axis.windows), at=at)
        marked += len(axis.windows)
    return marked
