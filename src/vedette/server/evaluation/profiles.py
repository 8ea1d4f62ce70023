"""Summaries that came instead of rows: kept by window and sender, merged into the states of their window.

What a process sent stays a part of its own until a window has many; then they become one part, and an empty one
of each process remembers how far it had come. So a profile that comes twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vedette.engine.counting import no_rows
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.outcomes import labelled_share
from vedette.engine.packing import pack, unpack
from vedette.errors import StateError
from vedette.logger.profile_wire import Body, cube_of, decode, layout_hash
from vedette.server.evaluation.library import Library
from vedette.store import counters, models, states, windows
from vedette.store.columns import UNVERSIONED
from vedette.store.database import Database, Transaction
from vedette.store.entry import Entry
from vedette.store.states import Partial
from vedette.summaries.counts import Counts
from vedette.values import Window

#: Parts of one window that are merged into one.
MANY = 64
#: Sender of a part that holds others.
TOGETHER = ""


class Profiles:
    """Takes profiles in.

    Parameters
    ----------
    database : Database
    library : Library
    clock : function
        Microseconds since the epoch.

    Attributes
    ----------
    refused : dict of str to int
        Profiles that could not be used, by reason: of a model that is not watched, of another reference, damaged.
    """

    def __init__(self, database: Database, library: Library, clock: Callable[[], int]) -> None:
        self._database, self._library, self._clock = database, library, clock
        self.refused: dict[str, int] = {}

    def take(self, entries: Sequence[Entry]) -> None:
        """Keep what profiles hold and mark their windows; one that came before changes nothing."""
        if not entries:
            return
        with self._database.write() as tx:
            for entry in entries:
                why = self._one(tx, entry)
                if why:
                    self.refused[why] = self.refused.get(why, 0) + 1
                    labels = (("model", entry.model), ("reason", why))
                    counters.add(tx, {("profiles_refused_total", labels): 1})

    def _one(self, tx: Transaction, entry: Entry) -> str:
        try:
            body = decode(entry.body)
            cube = cube_of(body)
        except StateError:
            return "damaged"
        version, now = body.version or UNVERSIONED, self._clock()
        models.register(tx, entry.model, at=now)
        definition = self._library.find_now(tx, entry.model, version)
        if definition is None:
            return "not watched"
        if body.layout_hash != layout_hash(definition.layout):
            return "another reference"
        self._keep(tx, entry, version, body, cube, definition)
        return ""

    def _keep(
        self, tx: Transaction, entry: Entry, version: str, body: Body, cube: Cube, definition: Definition
    ) -> None:
        now, known = self._clock(), []
        for i, window in enumerate(cube.windows):
            part = _of_window(cube, i, window, definition)
            held = states.partials_of(tx, entry.model, version, window.start)
            if any(_has(p, entry) for p in held):
                known.append(window)
                continue
            blob = pack(part, definition)
            key = (entry.model, version, window.start, definition.hash, entry.source, entry.seq)
            states.add_partials(tx, [Partial(*key, blob)])
        if not known and cube.windows:
            last = min(cube.windows[-1].end - 1, max(now, cube.windows[-1].start))
            models.saw_rows(tx, entry.model, version, first=cube.windows[0].start, last=last, rows=body.rows)
        windows.mark_dirty(tx, ((entry.model, version, w.start) for w in cube.windows), at=now)


def labelled_in(cubes: Sequence[Cube], definition: Definition) -> dict[int, int]:
    """Return how many rows of each window have a label, as far as its states tell, by the window's beginning."""
    shares = (float(labelled_share(cube, definition.layout)[0]) for cube in cubes)
    return {cube.windows[0].start: round(s * cube.rows) for cube, s in zip(cubes, shares, strict=True)}


def with_profiles(
    tx: Transaction, model: str, version: str, cubes: Sequence[Cube], definition: Definition
) -> list[Cube]:
    """Return the states of some windows with those merged in that came as profiles."""
    return [_with(tx, model, version, cube, definition) for cube in cubes]


def _with(tx: Transaction, model: str, version: str, cube: Cube, definition: Definition) -> Cube:
    for part in states.partials_of(tx, model, version, cube.windows[0].start):
        if part.def_hash == definition.hash and part.blob:
            cube = cube.merge(unpack(part.blob, definition))
            cube.rows = _rows_in(cube)
    return cube


def gather(tx: Transaction, model: str, version: str, start: int, definition: Definition) -> None:
    """Merge the parts of a window into one where they are many, and remember how far each sender had come."""
    every = [p for p in states.partials_of(tx, model, version, start) if p.def_hash == definition.hash]
    parts = [p for p in every if p.blob]
    if len(parts) < MANY:
        return
    total = unpack(parts[0].blob, definition)
    for part in parts[1:]:
        total = total.merge(unpack(part.blob, definition))
    states.remove_partials(tx, every)
    key = (model, version, start, definition.hash)
    reached = {p.source: p.seq for p in every if p.source != TOGETHER}  # in order of seq: the last one stays
    made = [Partial(*key, TOGETHER, 0, pack(total, definition))]
    states.add_partials(tx, made + [Partial(*key, source, seq, b"") for source, seq in reached.items()])


def _has(part: Partial, entry: Entry) -> bool:
    """Tell whether a part holds what an entry brings; a sender's numbers come in order."""
    if part.source != entry.source:
        return False
    return part.seq == entry.seq or (not part.blob and entry.seq < part.seq)


def _of_window(cube: Cube, number: int, window: Window, definition: Definition) -> Cube:
    """Return one window of a profile under a definition; what it did not count is empty."""
    part = no_rows(window, definition)
    for key in definition.specs:
        state = cube.states.get(key)
        if state is not None:
            size = len(part.segments[key[0]])
            part.states[key] = state.take(slice(number * size, (number + 1) * size))
    part.rows = _rows_in(part)
    return part


def _rows_in(cube: Cube) -> int:
    """Return the rows that the states of one window hold: those that wait for a label are in some of them only."""
    counts = (s["rows"] for (d, spec), s in cube.states.items() if d == TOTAL and isinstance(spec, Counts))
    return max((int(rows.sum()) for rows in counts), default=cube.rows)
