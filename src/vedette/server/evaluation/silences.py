"""Models that have fallen silent: an incident opens when rows stop, and is over when they come again."""

from __future__ import annotations

from collections.abc import Mapping

from vedette.alerts.advance import Notice
from vedette.alerts.silence import Heartbeat, silence
from vedette.engine.windows import Every, calendar
from vedette.monitor import Monitor
from vedette.server.evaluation.closing import MICRO, Hearing
from vedette.server.evaluation.troubles import Looked, meet
from vedette.store import incidents, monitors
from vedette.store.database import Transaction
from vedette.store.monitors import MonitorFile

#: Whose incident it is: that of the model, whatever its versions.
WHOLE = ""
#: Between two looks.
_PAUSE = 30 * MICRO


class Silences:
    """Looks now and then which models are silent.

    Attributes
    ----------
    silent : set of str
        Models whose rows have stopped.
    """

    def __init__(self) -> None:
        self.silent: frozenset[str] = frozenset()
        self._parsed: dict[str, tuple[int, Monitor]] = {}
        self._last = -_PAUSE

    def due(self, now: int) -> bool:
        """Tell whether it is time to look."""
        return now - self._last >= _PAUSE

    def look(self, tx: Transaction, hearing: Hearing, now: int) -> Mapping[str, list[Notice]]:
        """Return what is to be told, by model; a write transaction."""
        self._last = now
        found: set[str] = set()
        told: dict[str, list[Notice]] = {}
        troubled = {i.model for i in incidents.listing(tx) if i.version == WHOLE}
        for model, file in monitors.all_current(tx).items():
            monitor, received = self._monitor(file), hearing.arrival(model)
            every = monitor.windows.every
            if received is None or Every.parse(every).unit == "rows":
                continue
            missing = silence(Heartbeat(received=received), now, every, monitor.windows.late)
            if missing is not None:
                found.add(model)
            if missing is not None or model in troubled:
                (window,) = calendar(now, now, Every.parse(every), monitor.windows.timezone)
                looked = Looked(window, [missing] if missing else [])
                told[model] = meet(tx, model, WHOLE, [looked], monitor, now=now)
        self.silent = frozenset(found)
        return told

    def _monitor(self, file: MonitorFile) -> Monitor:
        known = self._parsed.get(file.model)
        if known is None or known[0] != file.revision:
            known = self._parsed[file.model] = file.revision, Monitor.from_toml(file.toml)
        return known[1]
