"""The writer: takes what waits in the spool into the lake, exactly once whenever the process dies.

One step reads the oldest spool files, commits their rows with one Delta commit for each table, reports what
changed, remembers the numbers of the requests, and deletes the files. Each table's commit carries how far in the
spool it is, in the same atomic write as the rows: a step that is repeated after a crash leaves out what a table
already has, and does everything else again, which changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from vedette.store import faults
from vedette.store.assemble import assembled
from vedette.store.columns import ID, LABELS, PREDICTIONS, TABLES, TIME, VERSION
from vedette.store.durable import write_durably
from vedette.store.entry import Entry, packed
from vedette.store.faults import Fault
from vedette.store.home import Home
from vedette.store.lake import Lake, LogTable
from vedette.store.lookup import times_of
from vedette.store.spool import GROUP_BYTES, Spool, Waiting

Times = npt.NDArray[np.int64]
#: Other kinds of entries than rows of a table.
PROFILES, HALVES, LOST = "profiles", "halves", "lost"
#: Commits of one table that may fail before its rows are set aside, so that others go on.
PATIENCE = 5


class Pace(msgspec.Struct, frozen=True):
    """How often a commit is made: small ones make many files, large ones come late.

    Parameters
    ----------
    seconds : float
        A spool file waits no longer than that.
    rows : int
        So many rows are committed at once without waiting.
    most : int
        About so many rows are taken in one step at most, where more wait. What a step costs whatever it brings, as
        looking for the predictions of its labels does, is shared by so many.
    """

    seconds: float = 2.0
    rows: int = 20_000
    most: int = 200_000


class Commit(NamedTuple):
    """What one step changed in one table of a model.

    Parameters
    ----------
    rows : int
        Rows received (repeated ids count).
    times : mapping
        Version -> sorted times of the predictions touched, one for each, microseconds: of the rows, or of
        those that the labels belong to. Their windows are to be evaluated again.
    unmatched : int
        Labels whose prediction is not there, or not yet.
    first_received : int
        When the first of them came, microseconds.
    """

    model: str
    kind: str
    rows: int
    times: Mapping[str, Times]
    unmatched: int
    first_received: int


class Listener(Protocol):
    """Who is told what came. Each call may be repeated after a crash, with the same content."""

    def committed(self, commits: Sequence[Commit]) -> None:
        """Take note of rows that the lake has."""

    def profiles(self, entries: Sequence[Entry]) -> None:
        """Merge summaries, once for each (model, source, seq)."""

    def halves(self, entries: Sequence[Entry], now: int) -> None:
        """Pair requests with responses, and accept the rows of pairs."""

    def lost(self, entries: Sequence[Entry]) -> None:
        """Count what senders gave up before it came here."""


_Group = list[tuple[Waiting, Entry]]


class Writer:
    """Takes spool files into the lake.

    Parameters
    ----------
    listener : Listener
        Told of every commit before the spool forgets it.
    """

    def __init__(
        self,
        home: Home,
        spool: Spool,
        lake: Lake,
        listener: Listener,
        *,
        pace: Pace | None = None,
        fault: Fault = faults.none,
    ) -> None:
        self._home, self._spool, self._lake, self._listener = home, spool, lake, listener
        self._pace, self._fault = pace or Pace(), fault
        self._first_seen: dict[str, int] = {}
        self._failures: Counter[tuple[str, str]] = Counter()
        #: What was counted since the start, by name and model.
        self.counts: Counter[tuple[str, str]] = Counter()

    def step(self, now: int, *, at_once: bool = False) -> int:
        """Commit what is due at `now` (microseconds); return how many spool files were taken.

        Raises
        ------
        OSError, DeltaError
            When a commit failed: nothing is lost, and the next step tries again.
        """
        files = self._due(now, at_once=at_once)
        if not files:
            return 0
        groups: dict[tuple[str, str], _Group] = defaultdict(list)
        for file in files:
            for entry in self._spool.read(file).entries:
                groups[entry.model, entry.goes_to].append((file, entry))
        self._fault("writer.read")
        tables = sorted((key for key in groups if key[1] in TABLES), key=_order)
        self._listener.committed([self._commit(*key, groups[key], now) for key in tables])
        self._tell(groups, now)
        self._fault("writer.reported")
        self._spool.forget(files, now)
        for file in files:
            self._first_seen.pop(file.path.name, None)
        return len(files)

    def _due(self, now: int, *, at_once: bool) -> list[Waiting]:
        """Return the oldest files when they are enough, or have waited enough."""
        chosen, rows, size = [], 0, 0
        for file in self._spool.waiting():
            if rows >= self._pace.most or size >= GROUP_BYTES:
                break
            chosen.append(file)
            rows, size = rows + file.rows, size + file.size
            self._first_seen.setdefault(file.path.name, now)
        if not chosen:
            return []
        waited = (now - self._first_seen[chosen[0].path.name]) / 1e6
        return chosen if at_once or rows >= self._pace.rows or waited >= self._pace.seconds else []

    def _commit(self, model: str, kind: str, group: _Group, now: int) -> Commit:
        """Append what the table does not have yet; report all of it, as after a crash nobody was told."""
        table = self._lake.table(model, kind)
        try:
            rows = self._appended(table, model, group)
        except Exception as error:
            if self._may_pass(model, kind, error):
                raise
            self._set_aside(kind, group)
            rows = assembled([], kind, table.schema()).table
        self._failures.pop((model, kind), None)
        self._fault("writer.committed")
        times, unmatched = self._touched(model, kind, rows, now)
        received = min(entry.received for _, entry in group)
        return Commit(model, kind, rows.num_rows, times, unmatched, received)

    def _appended(self, table: LogTable, model: str, group: _Group) -> pa.Table:
        """Append the rows of files beyond the table's position; return the rows of all."""
        reached = {epoch: table.position(epoch) for epoch in {file.epoch for file, _ in group}}
        fresh = [(file, entry) for file, entry in group if file.number > reached[file.epoch]]
        rows = assembled([entry for _, entry in fresh], table.kind, table.schema())
        if fresh:
            upto = {file.epoch: file.number for file, _ in fresh}  # files come in order: the last one stays
            table.append(rows.table, upto)
            self.counts["values_beyond_columns", model] += rows.dropped
            self.counts[f"rows_{table.kind}", model] += rows.table.num_rows
        if len(fresh) == len(group):
            return rows.table
        return assembled([entry for _, entry in group], table.kind, table.schema()).table

    def _may_pass(self, model: str, kind: str, error: Exception) -> bool:
        """Tell whether to try again: always when it is the disk, else a few times."""
        self._failures[model, kind] += 1
        self.counts["failed_commits", model] += 1
        return disk_is_full(error) or self._failures[model, kind] < PATIENCE

    def _set_aside(self, kind: str, group: _Group) -> None:
        """Keep the requests of a table that cannot be written as they came, so that others go on."""
        for file in dict.fromkeys(file for file, _ in group):
            entries = [entry for of, entry in group if of == file]
            folder = self._home.quarantine / "unwritten" / entries[0].model
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / f"{file.path.stem}.{kind}.batch", packed(entries))
            self.counts["rows_unwritten", entries[0].model] += sum(entry.rows for entry in entries)

    def _touched(self, model: str, kind: str, rows: pa.Table, now: int) -> tuple[dict[str, Times], int]:
        """Return the times of the predictions that are new or newly labelled, and the labels without one."""
        if kind == LABELS and rows.num_rows:
            ids = rows[ID].combine_chunks()
            found = times_of(self._lake, model, ids, now)
            return _by_version(found), pc.count_distinct(ids).as_py() - pc.count_distinct(found[ID]).as_py()
        return _by_version(rows) if kind == PREDICTIONS else {}, 0

    def _tell(self, groups: Mapping[tuple[str, str], _Group], now: int) -> None:
        """Hand over what is not for the lake."""
        for (_, kind), group in groups.items():
            entries = [entry for _, entry in group]
            if kind == PROFILES:
                self._listener.profiles(entries)
            elif kind == HALVES:
                self._listener.halves(entries, now)
            elif kind == LOST:
                self._listener.lost(entries)


def disk_is_full(error: BaseException) -> bool:
    """Tell whether a failure is about the disk, which people mend, and not about the rows."""
    return isinstance(error, OSError) or "os error" in str(error).lower() or "No space left" in str(error)


def _order(key: tuple[str, str]) -> tuple[str, int]:
    """Predictions of a model before its labels, which look for them."""
    return key[0], TABLES.index(key[1])


def _by_version(rows: pa.Table) -> dict[str, Times]:
    versions, times = rows[VERSION].combine_chunks(), rows[TIME].cast(pa.int64()).to_numpy()
    coded = versions.dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    names = coded.dictionary.to_pylist()
    return {name: np.sort(times[codes == at]) for at, name in enumerate(names)}
