"""What a changed monitor would have reported: the evaluation itself, on a throwaway database."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from vedette.engine.baseline import Baseline
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.errors import VedetteError
from vedette.monitor import Monitor
from vedette.server.api import changing
from vedette.server.api.desk import Desk
from vedette.server.evaluation import keeping
from vedette.server.evaluation.baselines import Origin
from vedette.server.evaluation.health import said
from vedette.server.evaluation.library import Library, baseline_for
from vedette.server.evaluation.line import Line
from vedette.server.evaluation.loop import Loop
from vedette.server.evaluation.marking import mark_all
from vedette.server.evaluation.work import Chunk
from vedette.server.pages.monitor import Alarm, Preview
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing.fleet import moment
from vedette.server.showing.form import problem
from vedette.store import incidents, models, monitors, windows
from vedette.store.database import Database, Transaction
from vedette.store.incidents import StoredIncident
from vedette.store.models import Version
from vedette.store.windows import StoredWindow

#: Windows that are judged at most: from counts that are kept, and where their rows must be read again.
KEPT, READ = 400, 60
#: Steps after which a rehearsal ends whatever still waits.
STEPS = 50


def preview(desk: Desk, visit: Visit, model: str, toml: str) -> Preview:
    """Return what a monitor would have reported on the newest windows of a model's newest version.

    Where it counts the same things as the monitor in force, the stored counts of up to `KEPT` windows are judged;
    else the rows of up to `READ` windows are read again. Either way evidence begins with the first of them.
    """
    try:
        monitor = changing.read(model, toml)
        return _rehearsed(desk, visit, model, monitor)
    except VedetteError as error:
        return Preview(sentence=say(visit.lang, "preview.wrong"), problems=(problem(error, toml),))


def _rehearsed(desk: Desk, visit: Visit, model: str, monitor: Monitor) -> Preview:
    with desk.database.read() as tx:
        version = next(iter(models.versions_of(tx, model)), None)
        if version is None:
            return Preview(sentence=say(visit.lang, "preview.no_rows"))
        entry = baseline_for(models.baselines_of(tx, model), version.version)
        if entry is None:
            return Preview(sentence=say(visit.lang, "preview.no_reference"))
        force = desk.library.find_now(tx, model, version.version)
        closed = [w for w in windows.listing(tx, model, version.version) if w.closed]
    baseline = _baseline(desk, model, monitor, force, entry.hash, entry.source)
    definition = Definition(monitor, baseline)
    kept = force is not None and force.hash == definition.hash and force.baseline.hash == baseline.hash
    chosen = closed[-(KEPT if kept else READ) :]
    begin = chosen[0].start if chosen else version.last_seen - READ * 86_400_000_000
    shorter = msgspec.structs.replace(version, first_seen=max(version.first_seen, begin))
    silent = bool(closed) and closed[-1].end > version.last_seen
    until = desk.clock() if silent else version.last_seen
    found, judged = _run(desk, definition, shorter, chosen if kept else [], until)
    told = [one for one in found if one.level != "info"]
    words = say(visit.lang, "preview.incidents", n=len(told))
    key = "preview.kept" if kept else "preview.read"
    return Preview(
        sentence=say(visit.lang, key, n=judged, incidents=words, version=version.version),
        windows=judged,
        alarms=tuple(_alarm(one, visit) for one in told),
    )


def _baseline(
    desk: Desk, model: str, monitor: Monitor, force: Definition | None, name: str, source: str
) -> Baseline:
    """Return the reference that the monitor would have: the one in force, or one fitted anew where it asks for it."""
    if force is not None and _same_reference(force.monitor, monitor):
        return force.baseline
    origin = Origin.parse(source)
    return desk.baselines.fitted(model, monitor, origin) if origin else desk.library.baseline(name)


def _same_reference(one: Monitor, other: Monitor) -> bool:
    return (one.schema, one.windows.every, one.windows.timezone) == (
        other.schema,
        other.windows.every,
        other.windows.timezone,
    )


def _alarm(stored: StoredIncident, visit: Visit) -> Alarm:
    one = stored.incident
    return Alarm(at=moment(one.opened.start), level=one.level, title=said(one, visit.lang)[0])


def _run(
    desk: Desk, definition: Definition, version: Version, kept: Sequence[StoredWindow], until: int
) -> tuple[list[StoredIncident], int]:
    """Return the incidents of an evaluation from nothing, oldest first, and how many windows were judged.

    It looks at the time of the last row, and `until` much later, when the clock closes what is still open.
    """
    states = ("open", "acknowledged", "muted", "resolved")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "rehearsal.sqlite")
        try:
            _prepare(database, definition, version)
            loop = _Rehearsal(desk, database, definition, kept)
            for now in (version.last_seen, until):
                for _ in range(STEPS):
                    if not loop.step(now):
                        break
            with database.read() as tx:
                judged = sum(w.closed for w in windows.listing(tx, version.model, version.version))
                found = incidents.listing(tx, states=states)[::-1]
            # A model that is silent now is none of the monitor's findings.
            return [one for one in found if one.version == version.version], judged
        finally:
            database.close()


def _prepare(database: Database, definition: Definition, version: Version) -> None:
    with database.write() as tx:
        models.register(tx, version.model, at=0)
        models.saw_rows(
            tx,
            version.model,
            version.version,
            first=version.first_seen,
            last=version.last_seen,
            rows=version.rows,
        )
        monitors.save(tx, version.model, definition.monitor.to_toml(), author="", at=0)
        mark_all(tx, version.model, definition.monitor, at=0)


class _One(Library):
    """A library of one definition, which is in no file."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    def find(self, tx: Transaction, model: str, version: str) -> Definition | str:
        """Return the definition."""
        return self._definition


class _Rehearsal(Loop):
    """The evaluation loop, with the stored counts of some windows in place of their rows."""

    def __init__(
        self, desk: Desk, database: Database, definition: Definition, kept: Sequence[StoredWindow]
    ) -> None:
        super().__init__(database, desk.rows, _One(definition))
        self._from, self._kept = desk.database, {w.start: w for w in kept}

    def _cubes(self, line: Line, chunk: Chunk) -> tuple[list[Cube], dict[int, int]]:
        if not all(w.start in self._kept for w in chunk.windows):
            return super()._cubes(line, chunk)
        with self._from.read() as tx:
            cubes = keeping.load(tx, line.model, line.version, line.definition, chunk.windows)
        return cubes, {w.start: self._kept[w.start].labelled for w in chunk.windows}
