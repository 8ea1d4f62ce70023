"""The lake: one append-only Delta table for each kind of row of a model, in a format that other tools read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import msgspec
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, write_deltalake
from deltalake.exceptions import TableNotFoundError

from vedette.store.columns import DAY, FIXED, TABLES
from vedette.store.durable import sync_file
from vedette.store.home import Folders

#: Positions of the spool that a table has, by epoch.
Positions = Mapping[str, int]

#: Commits after which the log of a table is read anew. What is in memory of it grows with every commit (by 0.2 MB in a
#: table of 29 columns, however few the rows): delta-rs adds a batch for each and joins none. Read anew, it takes 4 kB
#: for each file and 33 kB for each commit since the last checkpoint.
COMMITS_HELD = 20
#: Tables whose logs are in memory; those that were not asked for longest are read again when their turn comes.
TABLES_HELD = 128
_SETTINGS = {
    # The log is short right after a checkpoint: one reading in five finds little else.
    "delta.checkpointInterval": str(5 * COMMITS_HELD),
    "delta.logRetentionDuration": "interval 2 days",
    "delta.deletedFileRetentionDuration": "interval 7 days",
}


class DayFiles(NamedTuple):
    """Files of one partition: what its statistics say without opening them."""

    day: str
    paths: list[str]
    rows: int
    size: int


class LogTable:
    """One Delta table: appends that happen once, its columns, its files.

    Parameters
    ----------
    folder : Path
        Where it lies; made with the first append.
    kind : str
        ``predictions``, ``labels``, ``feedback`` or ``quarantine``.
    """

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.kind = folder, kind
        #: Held by whoever appends or tidies: in this process nobody else writes.
        self.lock = threading.RLock()
        self._held: DeltaTable | None = None
        self._read_at = 0

    def delta(self) -> DeltaTable | None:
        """Return the table as it is now, None before the first row."""
        with self.lock:
            held = self._held
            if held is None or held.version() // COMMITS_HELD != self._read_at // COMMITS_HELD:
                try:
                    held = DeltaTable(str(self.folder))
                except TableNotFoundError:
                    return None
                self._hold(held)
            return held

    def forget(self) -> None:
        """Let go of the log, which is read again when it is asked for; who has the table at hand keeps it."""
        self._held = None

    def schema(self) -> pa.Schema:
        """Return the stored columns; those every such table has before the first row."""
        with self.lock:
            delta = self.delta()
            return pa.schema(FIXED[self.kind]) if delta is None else pa.schema(delta.schema().to_arrow())

    def position(self, epoch: str) -> int:
        """Return the last spool file of an epoch that the table has, 0 for none."""
        with self.lock:
            delta = self.delta()
            return (delta.transaction_version(epoch) or 0) if delta is not None else 0

    def append(self, rows: pa.Table, upto: Positions) -> None:
        """Append rows and remember, in the same commit, which spool files they came from.

        A position that the table already has must not come again: Delta accepts it and doubles the rows. The
        writer asks `position` first.
        """
        if any(self.position(epoch) >= number for epoch, number in upto.items()):
            raise ValueError(upto)
        marks = [Transaction(epoch, number) for epoch, number in upto.items()]
        with self.lock:
            delta = self.delta() or self._create()
            write_deltalake(
                delta,
                rows,
                mode="append",
                schema_mode="merge",
                commit_properties=CommitProperties(app_transactions=marks),
            )
            _sync(self.folder, delta.version())

    def days(self) -> list[DayFiles]:
        """Return the partitions, oldest first, with their files."""
        found = self.files()
        if found is None:
            return []
        groups: dict[str, DayFiles] = {}
        columns = (found["partition.vd_day"], found["path"], found["num_records"], found["size_bytes"])
        for day, path, rows, size in zip(*(column.to_pylist() for column in columns), strict=True):
            had = groups.get(day, DayFiles(day, [], 0, 0))
            full = str(self.folder / path)
            groups[day] = DayFiles(day, [*had.paths, full], had.rows + rows, had.size + size)
        return [groups[day] for day in sorted(groups)]

    def files(self) -> pa.Table | None:
        """Return what the log says of each file: path, rows, bytes, and the ends of its first columns."""
        with self.lock:
            delta = self.delta()
            return None if delta is None else pa.table(delta.get_add_actions(flatten=True))

    def _create(self) -> DeltaTable:
        schema = Schema.from_arrow(pa.schema(FIXED[self.kind]))
        made = DeltaTable.create(
            str(self.folder), schema, mode="ignore", partition_by=[DAY], configuration=_SETTINGS
        )
        self._hold(made)
        return made

    def _hold(self, table: DeltaTable) -> None:
        self._held, self._read_at = table, table.version()


def _sync(folder: Path, version: int) -> None:
    """Make a commit survive a power failure too: Delta leaves its files to the kernel."""
    log = folder / "_delta_log" / f"{version:020d}.json"
    actions = [msgspec.json.decode(line) for line in log.read_bytes().splitlines()]
    files = [folder / unquote(action["add"]["path"]) for action in actions if "add" in action]
    for path in [*files, log, *{file.parent for file in files}, log.parent, folder]:
        sync_file(path)


class Lake:
    """The tables of every model in a home."""

    def __init__(self, home: Folders) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._tables: dict[tuple[str, str], LogTable] = {}
        self._held: OrderedDict[tuple[str, str], LogTable] = OrderedDict()

    def table(self, model: str, kind: str) -> LogTable:
        """Return a table of a model, which may have no rows yet."""
        with self._lock:
            key = model, kind
            if key not in self._tables:
                self._tables[key] = LogTable(self._home.model_lake(model) / kind, kind)
            self._held[key] = self._tables[key]
            self._held.move_to_end(key)
            if len(self._held) > TABLES_HELD:
                self._held.popitem(last=False)[1].forget()
            return self._tables[key]

    def models(self) -> list[str]:
        """Return the names of the models that have rows, sorted."""
        return sorted({path.parent.parent.name for path in self._home.lake.glob("*/*/_delta_log")})

    def tables(self) -> list[tuple[str, LogTable]]:
        """Return every table that has rows, with its model."""
        pairs = [(model, self.table(model, kind)) for model in self.models() for kind in TABLES]
        return [(model, table) for model, table in pairs if (table.folder / "_delta_log").exists()]
