"""Requests as entries of the spool: parsed, checked, refused rows beside accepted ones. No HTTP, no waiting."""

from __future__ import annotations

import io
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from vedette.errors import ConfigError, DataError
from vedette.server.ingest import arrow_rows, json_rows
from vedette.server.ingest.limits import Limits
from vedette.server.ingest.losses import told, told_in
from vedette.server.ingest.naming import NamesOf, unnamed
from vedette.server.ingest.refusals import Refusal
from vedette.store.columns import ID, LABEL, LABELS, PREDICTIONS, TABLES
from vedette.store.entry import Entry, refused_on_the_way_to
from vedette.store.names import safe_name
from vedette.store.seen import Key
from vedette.store.spool import Spool
from vedette.store.writer import HALVES, LOST, PROFILES

#: Names of what the server itself numbers; no client's begins with a dot.
REST, UPLOAD, KSERVE, FED_AGAIN = ".rest", ".upload", ".kserve", ".again"
_TABLES_SENT = tuple(table for table in TABLES if table != "quarantine")
_MAX_SEQ = (1 << 63) - 1


class Sender(NamedTuple):
    """Who numbers a request: a client, or the server for clients that do not."""

    source: str
    seq: int
    numbered: bool


class Receipt(NamedTuple):
    """What became of a request once `stored` is done: False when it repeats one that was stored before."""

    accepted: int
    quarantined: int
    stored: Future[bool]


def now_micros() -> int:
    """Return microseconds since the epoch."""
    return time.time_ns() // 1000


class Intake:
    """Takes requests of clients into a spool.

    Parameters
    ----------
    spool : Spool
    names_of : function, optional
        The naming of a model's monitor.
    clock : function, optional
        Microseconds since the epoch.
    """

    def __init__(
        self,
        spool: Spool,
        *,
        limits: Limits | None = None,
        names_of: NamesOf = unnamed,
        clock: Callable[[], int] = now_micros,
    ) -> None:
        self.limits = limits or Limits()
        self.clock = clock
        self._spool, self._names_of = spool, names_of
        self._numbers = itertools.count(clock())
        self._lock = threading.Lock()

    def sender(self, key: str | None, default: str = REST) -> Sender:
        """Return who sent a request, by its Idempotency-Key ``<source>/<seq>``."""
        if not key:
            with self._lock:
                return Sender(default, next(self._numbers), numbered=False)
        source, _, seq = key.rpartition("/")
        if not (seq.isdecimal() and seq.isascii() and int(seq) <= _MAX_SEQ):
            raise ConfigError(
                f"The Idempotency-Key is {key[:160]!r}",
                "<source>/<seq>, seq a whole number that grows by source",
                "Number the requests, or leave the header out",
                code="ingest.bad-key",
            )
        return Sender(safe_name("source", source), int(seq), numbered=True)

    def json(self, model: str, table: str, body: bytes, sender: Sender) -> Receipt:
        """Take JSON rows."""
        rows = json_rows.rows_in(body)
        return self.rows(model, table, rows, sender)

    def rows(self, model: str, table: str, rows: list[Any], sender: Sender) -> Receipt:
        """Take rows that are objects."""
        known_table(safe_name("model", model), table)
        received = self.clock()
        good, refused = json_rows.checked(rows, table, self._names_of(model), self._latest(received))
        labels = _split_labels(good) if table == PREDICTIONS else []
        about = _About(model, sender, received)
        entries = [about.rows(table, good), about.rows(LABELS, labels, of_server=True)]
        return self._put(about, table, entries, len(good), refused)

    def arrow(self, model: str, table: str, body: bytes, sender: Sender) -> Receipt:
        """Take an Arrow IPC stream."""
        rows = arrow_rows.table_in(body, self.limits.body)
        return self.table(model, table, rows, sender, body=body)

    def table(
        self, model: str, table: str, rows: pa.Table, sender: Sender, *, body: bytes | None = None
    ) -> Receipt:
        """Take an Arrow table; `body` is its stream, kept as it is when nothing of it changes."""
        known_table(safe_name("model", model), table)
        received = self.clock()
        latest = self._latest(received)
        good, refused, changed = arrow_rows.checked(rows, table, self._names_of(model), latest)
        about = _About(model, sender, received)
        if table == PREDICTIONS and ID not in good.column_names:
            good, changed = good.append_column(ID, about.ids(good.num_rows)), True
        if body is not None and not changed:
            entries: list[Entry | None] = [about.entry(table, "arrow", good.num_rows, body)]
        else:
            entries = self._chunks(about, table, good)
        entries.append(about.lost(told_in(rows.schema.metadata)))
        return self._put(about, table, entries, good.num_rows, refused)

    def refuse(self, model: str, table: str, refused: list[Refusal], source: str) -> Future[bool]:
        """Keep rows with their reason, and nothing else."""
        about = _About(model, self.sender(None, source), self.clock())
        return self._put(about, table, [], 0, refused).stored

    def half(self, model: str, body: bytes, source: str) -> Future[bool]:
        """Take one half of an inference, to be paired once it is durable."""
        about = _About(model, self.sender(None, source), self.clock())
        return self._put(about, HALVES, [about.entry(HALVES, "bytes", 1, body)], 1, []).stored

    def profile(self, model: str, body: bytes, sender: Sender) -> Receipt:
        """Take summaries in MessagePack: who merges them reads them."""
        safe_name("model", model)
        try:
            found = msgspec.msgpack.decode(body)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise _no_profile(str(error)) from error
        if not isinstance(found, dict) or not {"layout_hash", "windows", "states"} <= found.keys():
            raise _no_profile("its keys are others")
        about = _About(model, sender, self.clock())
        entry = about.entry(PROFILES, "bytes", 1, body)
        return self._put(about, PROFILES, [entry, about.lost(told(found.get("lost")))], 1, [])

    def _chunks(self, about: _About, table: str, rows: pa.Table) -> list[Entry | None]:
        names = rows.column_names
        entries: list[Entry | None] = []
        if table == PREDICTIONS and LABEL in names:
            if ID in names:
                known = rows.select([ID, LABEL]).filter(pa.compute.is_valid(rows[LABEL]))
                entries = self._streams(about, LABELS, known, of_server=True)
            rows = rows.drop_columns([LABEL])
        return [*self._streams(about, table, rows), *entries]

    def _streams(
        self, about: _About, table: str, rows: pa.Table, *, of_server: bool = False
    ) -> list[Entry | None]:
        step = self.limits.chunk_rows
        slices = [rows.slice(at, step) for at in range(0, rows.num_rows, step)]
        return [about.entry(table, "arrow", part.num_rows, _stream(part), of_server) for part in slices]

    def _put(
        self,
        about: _About,
        table: str,
        entries: list[Entry | None],
        accepted: int,
        refused: list[Refusal],
    ) -> Receipt:
        aside = about.rows(refused_on_the_way_to(table), [refusal.to_row(table) for refusal in refused])
        kept = [entry for entry in (*entries, aside) if entry is not None and entry.rows]
        sender = about.sender
        key = Key(about.model, table, sender.source, sender.seq) if sender.numbered else None
        return Receipt(accepted, len(refused), self._spool.put(kept, key))

    def _latest(self, received: int) -> int:
        return received + int(self.limits.ahead * 1e6)


class _About(NamedTuple):
    """What the entries of one request share."""

    model: str
    sender: Sender
    received: int

    def entry(self, kind: str, form: Any, count: int, body: bytes, of_server: bool = False) -> Entry:
        source = f".{self.sender.source.lstrip('.')}" if of_server else self.sender.source
        return Entry(self.model, kind, form, source, self.sender.seq, self.received, count, body)

    def lost(self, found: dict[str, int]) -> Entry | None:
        """Return what the sender gave up, None where it lost nothing."""
        return self.entry(LOST, "bytes", 1, msgspec.msgpack.encode(found)) if found else None

    def ids(self, count: int) -> pa.Array:
        """Return ids for rows without one: the same again when the request is repeated."""
        return pa.array([f"{self.sender.source}/{self.sender.seq}/{at}" for at in range(count)])

    def rows(self, kind: str, rows: list[Any], of_server: bool = False) -> Entry | None:
        """Return JSON rows as an entry, ids for those without one."""
        if not rows:
            return None
        if kind == PREDICTIONS:
            for at, row in enumerate(rows):
                if ID not in row:
                    row[ID] = f"{self.sender.source}/{self.sender.seq}/{at}"
        return self.entry(kind, "rows", len(rows), msgspec.msgpack.encode(rows), of_server)


def known_table(model: str, table: str) -> None:
    """Refuse a table that clients cannot send to."""
    if table not in _TABLES_SENT:
        raise ConfigError(
            f"Rows of kind {table[:80]!r} were sent to {model!r}",
            f"One of {', '.join(_TABLES_SENT)}",
            "Correct the address",
            code="ingest.unknown-kind",
        )


def _split_labels(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take the labels out of labelled predictions; without an id they can never be joined."""
    labels = [(row.get(ID), row.pop(LABEL)) for row in rows if LABEL in row]
    return [{ID: of, LABEL: label} for of, label in labels if of is not None and label is not None]


def _stream(rows: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, rows.schema) as writer:
        writer.write_table(rows)
    return out.getvalue()


def _no_profile(why: str) -> DataError:
    return DataError(
        f"The body is no profile: {why[:200]}",
        "MessagePack with layout_hash, windows and states, as vd.Logger(mode='profile') sends it",
        "Send it with vd.Logger",
        code="ingest.bad-profile",
    )
