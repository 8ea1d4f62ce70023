"""One pass over a source: every spec, window and segment at once, partition by partition, on all cores.

A partition is counted as a whole or not at all: one that cannot be read to its end is quarantined with its name
and row count, and nothing of it is merged. Parts are merged in the source's order, so that the same rows give the
same states whichever thread was faster.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.identity import superseded
from vedette.engine.labels import LateLabels, label_columns
from vedette.engine.span import numbered
from vedette.engine.windows import window_of
from vedette.errors import DataError, VedetteError, unknown_name
from vedette.instants import NO_TIME
from vedette.layout import Layout
from vedette.predicate import column_of, with_predicates
from vedette.sentences.sentence import Sentence
from vedette.sources.base import DAMAGE, Broken, Partition, Source, quarantined
from vedette.sources.whole import WholeQueries
from vedette.spelling import is_text
from vedette.summaries.base import State, Summary
from vedette.summaries.label_delays import LabelDelays
from vedette.values import Note, Window, counted

#: Called with rows done and rows in all (None where unknown).
Progress = Callable[[int, int | None], None]
#: Boolean column the engine adds: whether a later row has the same id.
REPEATED = "@repeated"


class Wanted(NamedTuple):
    """What a pass counts: specs over all rows, and those counted by segment too."""

    total: tuple[Summary, ...]
    by_segment: tuple[Summary, ...] = ()

    def with_delays(self, delays: LabelDelays | None, layout: Layout) -> Wanted:
        """Return it with the delays of labels over all rows, and what a nowcast reads beside them."""
        if delays is None:
            return self
        return self._replace(
            total=tuple(dict.fromkeys((*self.total, delays.score, layout.confusion(), delays)))
        )

    def with_fingerprint(self, layout: Layout) -> Wanted:
        """Return it with what tells windows of the very same rows."""
        spec = layout.fingerprint()
        return self if spec is None else self._replace(total=(*self.total, spec))

    def columns(self, layout: Layout) -> list[str]:
        """Return the columns to read: of a segment that is a condition the column it is about."""
        schema = layout.schema
        used = [c for spec in (*self.total, *self.by_segment) for c in spec.reads()]
        named = [*used, *(k for k in (schema.id, schema.time, schema.query) if k), *schema.segments]
        read = [column_of(c) if c in schema.segments else c for c in named]
        return [c for c in dict.fromkeys(read) if not c.startswith("@")]


class _Part(NamedTuple):
    dimension: str
    spec: Summary
    rows: npt.NDArray[np.intp]
    state: State


class _Read(NamedTuple):
    parts: list[_Part]
    rows: int
    untimed: int
    naive: int = 0
    nameless: int = 0


def scan(
    source: Source,
    layout: Layout,
    wanted: Wanted,
    windows: Sequence[Window] | None = None,
    labels: LateLabels | None = None,
    *,
    by_row: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Cube:
    """Return the states of every wanted spec over windows and segments.

    Parameters
    ----------
    windows : sequence of Window, optional
        Without them all rows are one window.
    by_row : bool
        Whether the windows are spans of row numbers instead of event time.
    threads : int, optional
        Default: one for each processor.

    Raises
    ------
    DataError
        Code ``source.unreadable`` when not a single partition could be read.
    """
    if layout.schema.query is not None and any(s.atom for s in (*wanted.total, *wanted.by_segment)):
        source = WholeQueries(source, layout.schema.query)
    job = _Job(source, layout, wanted, list(windows or []), labels, by_row)
    workers = threads or os.cpu_count() or 1
    pa.default_memory_pool().release_unused()  # what fitting and looking for doubles held
    cube = job.cube()
    failed: list[tuple[Partition, Exception]] = []
    done, rows = 0, source.rows
    for partition, result in _in_order(job.read, job.partitions, workers):
        if isinstance(result, _Read):
            job.merge(cube, result)
            done += result.rows
        else:
            failed.append((partition, result))
        if progress:
            progress(done, rows)
    if failed and len(failed) == len(job.partitions):
        raise _hopeless(*failed[0])
    cube.fill_total(wanted.total)
    cube.fill_empty(wanted.total, wanted.by_segment)
    cube.rows = done
    damaged = [Broken(p.name, p.rows, str(e)) for p, e in failed]
    cube.notes = [*job.notes(), *quarantined([*source.broken, *damaged])]
    if isinstance(source, WholeQueries) and source.split:
        split = Sentence.of("note.queries_split", count=source.split)
        cube.notes.append(Note.saying("queries.split", split, layout.schema.query, source.split))
    return cube


class _Job:
    """The fixed parts of one pass."""

    def __init__(
        self,
        source: Source,
        layout: Layout,
        wanted: Wanted,
        windows: list[Window],
        labels: LateLabels | None,
        by_row: bool,
    ) -> None:
        self.layout, self.schema, self.wanted = layout, layout.schema, wanted
        self.windows, self.labels, self.by_row = windows, labels, by_row
        self.partitions = numbered(source) if by_row else source.partitions()
        self.columns = wanted.columns(layout)
        optional = {*label_columns(self.schema), *(c.name for c in layout.columns if c.role == "feature")}
        optional |= {self.schema.label_time} if self.schema.label_time else set()
        self.absent = [c for c in self.columns if c not in source.names]
        self.unwatched = _unwatched(source, layout)
        for name in self.absent:
            if name not in optional:
                raise unknown_name("Column", name, source.names, code="schema.unknown-column")
        self.texts = [c.name for c in layout.columns if c.kind == "category" and _is_text(source, c.name)]
        self.dimensions = {c.name: layout.bins(c.name) for c in layout.segments()}
        self.untimed = self.naive = self.nameless = 0
        self.again: dict[str, npt.NDArray[np.int64]] = {}
        if self.schema.id is not None:
            self.again = superseded(self.partitions, self.schema.id, source.rows or 0)

    def cube(self) -> Cube:
        """Return the empty cube."""
        windows = self.windows or [Window(0, 0, "all rows")]
        return Cube(windows, {name: spec.names() for name, spec in self.dimensions.items()})  # type: ignore[union-attr]

    def read(self, partition: Partition) -> _Read:
        """Return the states of one partition."""
        parts: list[_Part] = []
        position, untimed, naive, nameless = 0, 0, 0, 0
        texts = [t for t in self.texts if t in self.columns]
        for table in partition.read(self.columns, texts):
            batch = Batch(_with_absent(table, self.absent), partition.first_row + position)
            batch = with_predicates(batch, self.schema.segments)
            position += len(batch)
            with np.errstate(
                over="ignore", invalid="ignore"
            ):  # the sum of huge numbers is inf, and so undefined
                made, missing = self._count(batch, partition, position - len(batch))
            parts += made
            untimed += missing
            naive += batch.naive_times(self.schema.time) if self.schema.time else 0
            blank = batch.nameless(self.schema.id) if self.schema.id else None
            nameless += 0 if blank is None else int(blank.sum())
        return _Read(_merged(parts), position, untimed, naive, nameless)

    def merge(self, cube: Cube, read: _Read) -> None:
        """Add one partition's states to the cube."""
        self.untimed += read.untimed
        self.naive += read.naive
        self.nameless += read.nameless
        for part in read.parts:
            key = (part.dimension, part.spec)
            if key not in cube.states:
                cube.states[key] = part.spec.empty(cube.cells(part.dimension))
            part.spec.add_rows(cube.states[key], part.rows, part.state)

    def notes(self) -> list[Note]:
        """Return what the reader must know about this pass."""
        schema = self.schema
        joined = self.labels.names if self.labels is not None else []
        again = sum(map(len, self.again.values()))
        name, clock = schema.id or "", schema.time or ""
        found = [
            counted("rows.duplicate-id", again, Sentence.of("note.duplicate_id", column=name), schema.id),
            counted("rows.no-id", self.nameless, Sentence.of("note.no_id", column=name), schema.id),
            counted("time.naive", self.naive, Sentence.of("note.naive", column=clock), schema.time),
            counted("rows.no-time", self.untimed, Sentence.of("note.no_time", column=clock), schema.time),
        ]
        absent = [n for n in self.absent if n not in joined]
        return [
            *(note for note in found if note.count),
            *(_absent_note(n) for n in absent),
            *(_unwatched_note(n) for n in self.unwatched),
            *(self.labels.notes() if self.labels is not None else []),
        ]

    def _count(self, batch: Batch, partition: Partition, position: int) -> tuple[list[_Part], int]:
        keep = self._keep(partition, position, len(batch))
        early = [s for s in self.wanted.total if getattr(s, "before_drop", False)]
        parts = []
        if early:
            marked = batch.with_column(
                REPEATED, pa.array(np.zeros(len(batch), bool) if keep is None else ~keep)
            )
            parts += self._observe(marked, early, [])[0]
        if keep is not None:
            batch = batch.take(keep)
        if self.labels is not None:
            batch = self.labels.join(batch, str(self.schema.id))
        late = [s for s in self.wanted.total if not getattr(s, "before_drop", False)]
        segmented = [s for s in self.wanted.by_segment if not getattr(s, "before_drop", False)]
        made, untimed = self._observe(batch, late, segmented)
        return parts + made, untimed

    def _keep(self, partition: Partition, position: int, size: int) -> npt.NDArray[np.bool_] | None:
        again = self.again.get(partition.name)
        if again is None:
            return None
        inside = again[(again >= position) & (again < position + size)] - position
        keep = np.ones(size, bool)
        keep[inside] = False
        return keep

    def _observe(
        self, batch: Batch, total: Sequence[Summary], segmented: Sequence[Summary]
    ) -> tuple[list[_Part], int]:
        batch, window, first, count, untimed = self._windowed(batch)
        parts: list[_Part] = []
        if not len(batch):
            return parts, untimed
        for name, spec in self.dimensions.items() if segmented else ():
            size, slots = spec.size, spec.bins(batch)  # type: ignore[union-attr]
            codes = slots if window is None else window * np.int64(size) + slots
            cells = Cells(codes, count * size)
            rows = np.arange(first * size, (first + count) * size)
            parts += [_Part(name, s, rows, s.observe(batch, cells)) for s in segmented]
        cells = Cells(window, count)
        rows = np.arange(first, first + count)
        folded = set(segmented) if self.dimensions else set()
        parts += [_Part(TOTAL, s, rows, s.observe(batch, cells)) for s in total if s not in folded]
        return parts, untimed

    def _windowed(self, batch: Batch) -> tuple[Batch, npt.NDArray[np.int64] | None, int, int, int]:
        """Return the rows that lie in a window, their window counted from the first present, first, count, lost."""
        if not self.windows:
            return batch, None, 0, 1, 0
        times = batch.rows if self.by_row else batch.times(str(self.schema.time))
        window = window_of(times, self.windows)
        inside = (window >= 0) & (times != NO_TIME)
        untimed = len(batch) - int(inside.sum())
        if untimed:
            batch, window = batch.take(inside), window[inside]
        if not len(window):
            return batch, window, 0, 1, untimed
        first, last = int(window.min()), int(window.max())
        return batch, window - first, first, last - first + 1, untimed


def _merged(parts: list[_Part]) -> list[_Part]:
    """Return the parts with those of equal cells merged: a partition inside one window becomes one part a spec."""
    found: dict[tuple[str, Summary, int, int], _Part] = {}
    for part in parts:
        key = (part.dimension, part.spec, int(part.rows[0]), len(part.rows))
        known = found.get(key)
        if known is None:
            found[key] = part
        else:
            part.spec.add_rows(known.state, np.arange(len(known.rows)), part.state)
    return list(found.values())


def _with_absent(table: pa.RecordBatch, absent: Sequence[str]) -> pa.RecordBatch:
    for name in absent:
        if name not in table.schema.names:
            table = table.append_column(name, pa.nulls(table.num_rows))
    return table


def _unwatched(source: Source, layout: Layout) -> list[str]:
    """Return the columns that the reference does not have and nobody decided to leave out."""
    if layout.schema.features is not None:
        return []
    known = {*layout.schema.ignore, *(column.name for column in layout.columns), layout.schema.label_time}
    return [name for name in source.names if name not in known]


def _is_text(source: Source, name: str) -> bool:
    if name not in source.names:
        return False
    kind = source.columns.field(name).type
    return is_text(kind) and not pa.types.is_dictionary(kind)


def _in_order(
    read: Callable[[Partition], _Read], partitions: Sequence[Partition], workers: int
) -> Iterator[tuple[Partition, _Read | Exception]]:
    """Yield results in order while at most two partitions a worker are read ahead."""
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[tuple[Partition, Future[_Read]]] = deque()
        for partition in partitions:
            ahead.append((partition, pool.submit(read, partition)))
            if len(ahead) > 2 * workers:
                yield _outcome(*ahead.popleft())
        while ahead:
            yield _outcome(*ahead.popleft())


def _outcome(partition: Partition, future: Future[_Read]) -> tuple[Partition, _Read | Exception]:
    try:
        return partition, future.result()
    except DAMAGE as error:
        return partition, error


def _hopeless(partition: Partition, error: Exception) -> VedetteError:
    return DataError(
        f"{partition.name} cannot be read ({error})",
        "Readable rows",
        "Write the data again; if the file was being replaced while read, run once more",
        code="source.unreadable",
    )


def _absent_note(name: str) -> Note:
    return Note.saying("column.absent", Sentence.of("note.column_absent", column=name), name)


def _unwatched_note(name: str) -> Note:
    return Note.saying("column.unwatched", Sentence.of("note.column_unwatched", column=name), name)
