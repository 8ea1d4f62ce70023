"""Lines in memory: taken up where the store says they stand, begun anew where their definition changed."""

from __future__ import annotations

from collections import OrderedDict

from vedette.engine.definition import Definition
from vedette.server.evaluation import keeping
from vedette.server.evaluation.line import Line, evidence_key
from vedette.store import states, windows
from vedette.store.database import Database
from vedette.store.models import Version

#: Lines held at once; the others are read again when their turn comes.
KEPT = 32


class Lines:
    """The lines of a server, the most recently used ones in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[str, str], Line] = OrderedDict()

    def get(self, version: Version, definition: Definition, now: int) -> tuple[Line, bool]:
        """Return the line of a version, and whether it begins anew: then all of its windows were marked."""
        key = (version.model, version.version)
        line, begun = self._kept.get(key), False
        if line is None or line.definition is not definition:
            line, begun = self._taken_up(version, definition, now)
            self._kept[key] = line
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        line.axis.reach(version.first_seen)
        line.axis.reach(version.last_seen)
        return line, begun

    def drop(self, key: tuple[str, str]) -> None:
        """Forget a line whose memory may differ from what is written."""
        self._kept.pop(key, None)

    def _taken_up(self, version: Version, definition: Definition, now: int) -> tuple[Line, bool]:
        line = Line(version.model, version.version, definition)
        line.axis.reach(version.first_seen)
        line.axis.reach(version.last_seen)
        with self._database.read() as tx:
            state = states.get_detectors(tx, version.model, version.version)
            stored = windows.listing(tx, version.model, version.version)
        if state is not None and state.def_hash == evidence_key(definition):
            line.resume(state.blob)
            line.known = {w.start for w in stored}
            line.settled = {w.start for w in stored if w.closed}
            for window in stored:
                line.labels.count(window.start, window.rows, window.labelled)
            return line, False
        with self._database.write() as tx:
            keeping.begin(tx, line, now)
        return line, True
