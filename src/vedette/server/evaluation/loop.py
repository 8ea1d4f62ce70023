"""The evaluation loop: what changed is counted again, what closed is judged, in order, and nothing is done twice.

A step is a pure function of the store and the time it is given. Whatever it does is written in one transaction with
the mark that it is done, so a process that dies in between does that part again and nothing else.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

import msgspec
import numpy as np
import pyarrow as pa

from vedette.alerts.advance import Notice
from vedette.engine.counting import count_windows, no_rows
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import Block
from vedette.engine.repeated import repeated_finding
from vedette.engine.standing import Load
from vedette.engine.windows import window_of
from vedette.instants import instants_of
from vedette.server.evaluation import keeping
from vedette.server.evaluation.closing import Hearing
from vedette.server.evaluation.deploys import deploys_of
from vedette.server.evaluation.explaining import explain
from vedette.server.evaluation.library import UNREADY, Library
from vedette.server.evaluation.line import Line
from vedette.server.evaluation.lines import Lines
from vedette.server.evaluation.naming import outside_rows
from vedette.server.evaluation.past import earlier
from vedette.server.evaluation.profiles import gather, labelled_in, with_profiles
from vedette.server.evaluation.references import merged, past_windows
from vedette.server.evaluation.rows import Rows
from vedette.server.evaluation.silences import WHOLE, Silences
from vedette.server.evaluation.troubles import Looked, excluded, meet
from vedette.server.evaluation.work import GROUP, Chunk, Work
from vedette.spelling import one_array
from vedette.store import models, windows
from vedette.store.columns import LABEL, TIME
from vedette.store.database import Database, Transaction
from vedette.store.models import Version
from vedette.store.windows import DirtyWindow, StoredWindow
from vedette.values import Finding, Window

_LOG = logging.getLogger(__name__)
#: Told what is new of incidents, in the transaction that makes it so.
Tell = Callable[[Transaction, str, str, Sequence[Notice]], None]


#: Nowcasts may take a tenth of the time of this thread: after one they rest so many times as long, and of that
#: microseconds may be put off, so that many quick ones need not wait for each other.
REST, SLACK = 9, 1_000_000


class Progress(msgspec.Struct, frozen=True):
    """What a step did: windows counted and judged, what is told, and what still waits."""

    counted: int = 0
    judged: int = 0
    told: int = 0
    waiting: int = 0

    def __bool__(self) -> bool:
        """Tell whether there was something to do."""
        return bool(self.counted or self.judged)

    def and_then(self, *others: Progress) -> Progress:
        """Return what was done together."""
        names = self.__struct_fields__
        return Progress(*(sum(getattr(one, name) for one in (self, *others)) for name in names))


def nobody(tx: Transaction, model: str, version: str, notices: Sequence[Notice]) -> None:
    """Tell nobody."""


class Loop:
    """Evaluates what the store says must be evaluated.

    Parameters
    ----------
    database : Database
    rows : function
        Reads rows of the lake.
    library : Library
    tell : function, optional
        Takes notices of incidents to whom they concern.
    stop : function, optional
        Asked between groups of windows; a step then ends early, and the next one goes on from there.

    Attributes
    ----------
    failures : dict of (model, version) to str
        Why a version is not evaluated: "no monitor", "no reference", or the words of an error.
    """

    def __init__(
        self,
        database: Database,
        rows: Rows,
        library: Library,
        tell: Tell = nobody,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._database, self._rows, self._library, self._tell = database, rows, library, tell
        self._stop, self._lines = stop, Lines(database)
        self._hearing, self._silences = Hearing(), Silences()
        self._owed: dict[tuple[str, str], None] = {}
        self._rests_until = 0
        self.failures: dict[tuple[str, str], str] = {}

    def step(self, now: int) -> Progress:
        """Count what is dirty and judge what has closed by `now` (microseconds since the epoch).

        A version that cannot be evaluated keeps its marks and its reason, and the others go on.
        """
        with self._database.read() as tx:
            dirty, newest = windows.dirty(tx), windows.latest(tx, closed=False)
            versions = {(v.model, v.version): v for v in models.all_versions(tx)}
        self._hearing.hear(versions.values(), now, _last_evaluated(newest.values()))
        marked = {key: list(group) for key, group in groupby(dirty, key=lambda d: (d.model, d.version))}
        open_ones = {key for key, window in newest.items() if not window.closed}
        done = Progress()
        self._owed = {key: None for key in self._owed if key in versions}
        for key in sorted({*marked, *open_ones, *self._owed} & set(versions)):
            if self._stop():
                break
            done = done.and_then(self._attend(versions[key], marked.get(key, []), now))
        if self._silences.due(now):
            done = done.and_then(self._listen(now))
        with self._database.read() as tx:
            return msgspec.structs.replace(done, waiting=windows.count_dirty(tx))

    @property
    def silent(self) -> frozenset[str]:
        """Models whose rows have stopped."""
        return self._silences.silent

    def _listen(self, now: int) -> Progress:
        with self._database.write() as tx:
            told = self._silences.look(tx, self._hearing, now)
            for model, notices in told.items():
                self._tell(tx, model, WHOLE, notices)
        return Progress(told=sum(map(len, told.values())))

    def _attend(self, version: Version, dirty: list[DirtyWindow], now: int) -> Progress:
        key = (version.model, version.version)
        with self._database.read() as tx:
            found = self._library.find(tx, *key)
        if isinstance(found, str):
            self.failures[key] = found
            self._owed.pop(key, None)
            if found in UNREADY:  # all of it is marked again when that is mended
                with self._database.write() as tx:
                    windows.clean(tx, dirty)
            return Progress()
        try:
            done = self._evaluate(version, found, dirty, now)
        except Exception as error:  # noqa: BLE001  whatever is wrong with one model must not stop the others
            _LOG.exception("%s %s cannot be evaluated", *key)
            self._lines.drop(key)
            self._owed.pop(key, None)
            self.failures[key] = f"{type(error).__name__}: {error}"
            return Progress()
        self.failures.pop(key, None)
        return done

    def _evaluate(
        self, version: Version, definition: Definition, dirty: list[DirtyWindow], now: int
    ) -> Progress:
        line, begun = self._lines.get(version, definition, now)
        if begun:  # all of its windows were marked just now
            with self._database.read() as tx:
                dirty = [d for d in windows.dirty(tx) if (d.model, d.version) == (line.model, line.version)]
        mark = self._hearing.watermark(version.model, now)
        work = Work.of(line, dirty)
        done = Progress()
        for chunk in work.chunks(version.rows):
            if self._stop():
                return done
            counted = self._count(line, chunk, mark, now)
            done = done.and_then(counted, self._judge(line, mark, now, before=work.after(chunk)))
        done = done.and_then(self._judge(line, mark, now))
        if done:
            self._owed.setdefault((line.model, line.version))
        # Who waits longest is first; the others have their turn in a later step.
        if next(iter(self._owed), None) == (line.model, line.version) and now + SLACK >= self._rests_until:
            began = time.perf_counter()
            self._expect(line, mark)
            rest = round(REST * (time.perf_counter() - began) * 1e6)
            self._rests_until = max(now, self._rests_until) + rest
            del self._owed[line.model, line.version]
        return done

    def _expect(self, line: Line, mark: int) -> None:
        """Write what is expected of the newest windows while their labels are out."""
        known = [w for w in line.axis.windows if w.start in line.known]
        lacking = line.expecting.lacking(known)
        line.expecting.keep(self._load(line)(lacking))
        expected = line.expecting.look(mark, line.labels)
        if expected is not None:
            with self._database.write() as tx:
                keeping.put_expected(tx, line, expected, mark)

    def _count(self, line: Line, chunk: Chunk, mark: int, now: int) -> Progress:
        """Count some windows anew and write them; those judged before are judged again by the rules."""
        cubes, labelled = self._cubes(line, chunk)
        for cube in cubes:
            line.labels.count(cube.windows[0].start, cube.rows, labelled.get(cube.windows[0].start, 0))
        blocks = self._estimated(line, cubes)
        stand_ins = line.expecting.keep(cubes)
        settled = [w.end + line.late <= mark for w in chunk.windows]
        again = [w for w in chunk.windows if line.is_done(w)]
        looked = [Looked(w, self._ruled(line, w)) for w in again]
        with self._database.write() as tx:
            for i, (cube, block) in enumerate(zip(cubes, blocks, strict=True)) if line.depth else []:
                keeping.put_windows(tx, line, [cube], labelled, block, settled=settled[i : i + 1], now=now)
            if not line.depth:
                keeping.put_windows(tx, line, cubes, labelled, blocks[0], settled=settled, now=now)
            keeping.put_stand_ins(tx, line, stand_ins, mark)
            windows.clean(tx, chunk.dirty)
            for window in chunk.windows if chunk.dirty else ():
                gather(tx, line.model, line.version, window.start, line.definition)
            notices = meet(tx, line.model, line.version, looked, line.definition.monitor, now=now)
            self._tell(tx, line.model, line.version, notices)
        line.known.update(w.start for w in chunk.windows)
        line.settled.update(w.start for w, sure in zip(chunk.windows, settled, strict=True) if sure)
        return Progress(counted=len(cubes), told=len(notices))

    def _cubes(self, line: Line, chunk: Chunk) -> tuple[list[Cube], dict[int, int]]:
        """Return the states of some neighbouring windows, and how many rows of each have a label."""
        if not chunk.dirty:
            return [no_rows(w, line.definition) for w in chunk.windows], {}
        found = self._rows(line.model, line.version, chunk.windows[0].start, chunk.windows[-1].end)
        rows = outside_rows(found, line.definition.layout.schema)
        cubes = list(count_windows(rows, chunk.windows, line.definition))
        with self._database.read() as tx:
            both = with_profiles(tx, line.model, line.version, cubes, line.definition)
            with_parts = [new for new, old in zip(both, cubes, strict=True) if new is not old]
            labelled = labelled_rows(found, chunk.windows) | labelled_in(with_parts, line.definition)
            if all(cube.rows for cube in both):
                return both, labelled
            # Rows go when their time is over; what was counted of them stays.
            kept = keeping.load(tx, line.model, line.version, line.definition, chunk.windows)
        return [c if c.rows else old for c, old in zip(both, kept, strict=True)], labelled

    def _estimated(self, line: Line, cubes: Sequence[Cube]) -> list[list[Block]]:
        """Return the estimates of some windows: all at once, or one by one where each has its own reference."""
        if not line.depth:
            return [line.estimate(cubes)]
        return [line.estimate([cube], self._reference(line, cube.windows[0])) for cube in cubes]

    def _reference(self, line: Line, window: Window) -> Cube | None:
        past = past_windows(line.definition.monitor, line.axis.windows, line.axis.at(window.start))
        return merged(self._load(line)(past))

    def _load(self, line: Line) -> Load:
        def load(wanted: Sequence[Window]) -> list[Cube]:
            with self._database.read() as tx:
                return keeping.load(tx, line.model, line.version, line.definition, wanted)

        return load

    def _judge(self, line: Line, mark: int, now: int, before: int | None = None) -> Progress:
        """Spend the evidence of the windows that have closed, in order, up to the one that begins at `before`."""
        judged = told = 0
        while ready := line.ready(mark, before)[:GROUP]:
            looked, evidence = self._looked(line, ready, mark)
            starts = [w.start for w in ready]
            with self._database.write() as tx:
                keeping.put_evidence(tx, line, starts, evidence)
                keeping.settle(tx, line, ready)
                keeping.close(tx, line, starts)
                notices = meet(tx, line.model, line.version, looked, line.definition.monitor, now=now)
                self._tell(tx, line.model, line.version, notices)
            line.settled.update(starts)
            judged, told = judged + len(ready), told + len(notices)
        return Progress(judged=judged, told=told + self._judge_labels(line, mark, now))

    def _judge_labels(self, line: Line, mark: int, now: int) -> int:
        """Spend the labels of windows whose rows were spent before, in order; how much is told."""
        told, load = 0, remembering(self._load(line))
        for number in itertools.count(1):
            if (window := line.labels_due(mark)) is None:
                break
            told += self._judge_labels_of(line, window, now, load)
            if number % GROUP == 0:  # memory: neighbours share what they read, distant ones do not
                load = remembering(self._load(line))
        return told

    def _judge_labels_of(self, line: Line, window: Window, now: int, load: Load) -> int:
        """Spend the labels of one window; how much is told."""
        (cube,) = load([window])
        evidence = line.step_labels(cube)
        looked = self._look(line, window, line.labelled - 1, load)
        with self._database.write() as tx:
            keeping.put_label_evidence(tx, line, window, evidence)
            notices = meet(tx, line.model, line.version, [looked], line.definition.monitor, now=now)
            self._tell(tx, line.model, line.version, notices)
        return len(notices)

    def _looked(
        self, line: Line, ready: Sequence[Window], mark: int
    ) -> tuple[list[Looked], list[dict[str, float]]]:
        looked: list[Looked] = []
        evidence: list[dict[str, float]] = []
        idle = excluded(line.definition.monitor, ready)
        load = remembering(self._load(line))
        for cube, left_out in zip(load(ready), idle, strict=True):
            window = cube.windows[0]
            evidence.append(line.step(no_rows(window, line.definition) if left_out else cube, mark))
            if not left_out:
                looked.append(self._look(line, window, line.stepped - 1, load))
        return looked, evidence

    def _look(self, line: Line, window: Window, number: int, load: Load) -> Looked:
        """Return what stands against the model in a window just stepped, and why."""
        found = self._ruled(line, window)
        done = line.done[: number + 1]
        if line.watcher is not None:
            found = line.judge.together(found, line.judge.alarms(line.watcher, done, number, load))
        with self._database.read() as tx:
            deploys = [one.at for one in deploys_of(tx, line.model)] if found else []
        return Looked(window, found, explain(found, line, done, load, deploys))

    def _ruled(self, line: Line, window: Window) -> list[Finding]:
        """Return what the rules find in a window, after bringing it and its past to hand where they are not."""
        wanted, load = line.horizon(window), self._load(line)
        if not line.at_hand(wanted):
            line.estimate(load(wanted))
        if line.depth:
            line.estimate(load([window]), self._reference(line, window))
        spent, past = line.labels_spent(window), earlier(self._database, line)
        found = line.judge.findings(line.blocks, window, labelled=spent, earlier=past)
        again = line.repeated(window)
        return line.judge.together(found, [repeated_finding(again)]) if again else found


def remembering(load: Load) -> Load:
    """Return a loader that reads each window once while a few neighbouring ones are judged."""
    kept: dict[int, Cube] = {}

    def loaded(wanted: Sequence[Window]) -> list[Cube]:
        lacking = [w for w in wanted if w.start not in kept]
        kept.update({w.start: cube for w, cube in zip(lacking, load(lacking), strict=True)})
        return [kept[w.start] for w in wanted]

    return loaded


def _last_evaluated(newest: Iterable[StoredWindow]) -> dict[str, int]:
    """Return when each model was last evaluated, which follows its rows: what is known of it after a restart."""
    found: dict[str, int] = {}
    for window in newest:
        if window.evaluated_at is not None:
            found[window.model] = max(found.get(window.model, 0), window.evaluated_at)
    return found


def labelled_rows(rows: pa.Table, among: Sequence[Window]) -> dict[int, int]:
    """Return how many rows of each window have a label, by the window's beginning."""
    if not rows.num_rows or LABEL not in rows.column_names:
        return {}
    times = instants_of(one_array(rows.column(TIME).chunks)).micros
    known = one_array(rows.column(LABEL).chunks).is_valid().to_numpy(zero_copy_only=False)
    place = window_of(times[known], list(among))
    counts = np.bincount(place[place >= 0], minlength=len(among))
    return {w.start: int(n) for w, n in zip(among, counts, strict=True)}
