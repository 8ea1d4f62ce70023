"""All parts of a running server, put together: what comes in, what is computed, who is told, what is shown."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Sequence

import msgspec

from vedette.alerts.advance import Notice
from vedette.alerts.incident import Incident
from vedette.alerts.mute import Mute
from vedette.errors import VedetteError
from vedette.monitor import Monitor
from vedette.server import upkeep
from vedette.server.access.binding import needs_accounts
from vedette.server.access.gate import Gate
from vedette.server.access.outward import guarded
from vedette.server.api.desk import Desk
from vedette.server.delivery import repeats
from vedette.server.delivery.compose import Address
from vedette.server.delivery.digests import Digests
from vedette.server.delivery.fresh import fresh
from vedette.server.delivery.loop import DeliveryLoop, announce
from vedette.server.delivery.pictures import Pictures
from vedette.server.delivery.repeats import Repeats
from vedette.server.delivery.sinks import of_monitor, of_server
from vedette.server.evaluation.baselines import Baselines
from vedette.server.evaluation.library import Library
from vedette.server.evaluation.loop import Loop
from vedette.server.evaluation.marking import Marking
from vedette.server.evaluation.naming import role_names
from vedette.server.evaluation.profiles import Profiles
from vedette.server.evaluation.rows import rows_in
from vedette.server.ingest import losses
from vedette.server.ingest.homes import Homes
from vedette.server.ingest.naming import Naming
from vedette.server.ingest.service import IngestService
from vedette.server.settings import Settings
from vedette.server.ticking import Ticker, microseconds
from vedette.server.upkeep import Upkeep
from vedette.sinks.base import Message, Sink
from vedette.store import accounts, counters, incidents, monitors
from vedette.store.database import Database, Transaction
from vedette.store.entry import Entry
from vedette.store.home import Home
from vedette.store.writer import Commit

#: Tasks whose score is a probability.
PROBABLE = (None, "binary", "multiclass")


class Station:
    """The parts of one server on one home.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    StateError
        Another server has the home (``store.home-in-use``).
    ConfigError
        Others would reach a server without accounts (``server.open-without-accounts``).
    """

    def __init__(self, settings: Settings) -> None:
        learn()
        self.settings = settings
        self._stopping = threading.Event()
        with contextlib.ExitStack() as opened:  # whatever is wrong, the home is free again
            self.home = opened.enter_context(Home(settings.home))
            self.database = Database(settings.database or self.home.database)
            opened.callback(self.database.close)
            self._put_together(settings)
            opened.pop_all()

    def _put_together(self, settings: Settings) -> None:
        with self.database.read() as tx:
            users = accounts.any_user(tx)
        closed = needs_accounts(settings.host, wanted=settings.accounts, users=users)
        self.gate = Gate(self.database, open_to_all=not closed, options=settings.options)
        self.marking = Marking(self.database, microseconds)
        self.ingest = IngestService(
            self.home,
            committed=self._committed,
            profiles=self._profiles,
            names_of=self.naming,
            limits=settings.limits,
            pace=settings.pace,
            retention=settings.retention,
            lost=self._lost,
            homes=Homes(self.database, microseconds),
        )
        self.library = Library(self.home.baselines)
        self.rows = rows_in(self.ingest.lake)
        self.profiles = Profiles(self.database, self.library, microseconds)
        self.loop = Loop(self.database, self.rows, self.library, self._tell, self._stopping.is_set)
        self.baselines = Baselines(self.database, self.rows, self.library, self.ingest.references.path)
        self.client = guarded(settings.allowed)
        self.evaluating = Ticker("evaluation", lambda now: bool(self.loop.step(now)), settings.every)
        self.desk = Desk(
            database=self.database,
            library=self.library,
            loop=self.loop,
            baselines=self.baselines,
            rows=self.rows,
            wake=self.evaluating.wake,
        )
        self.delivery = DeliveryLoop(self.database, self.sinks, self.client, Pictures(self.desk))
        self.delivering = Ticker("delivery", lambda now: self.delivery.step(now).delivered > 0, 2.0)
        self.repeats = Repeats(self.database, self.sinks, self.client, self._address)
        self.digests = Digests(self.database, self._announce)
        self.upkeep = Upkeep(self.database, settings.keeping)
        self._rounds = (
            Ticker("repeats", self.repeats.step, repeats.EVERY),
            Ticker("digests", self.digests.step, 60.0),
            Ticker("upkeep", self.upkeep.step, upkeep.EVERY),
        )

    @property
    def tickers(self) -> tuple[Ticker, ...]:
        """The work that comes round."""
        return self.evaluating, self.delivering, *self._rounds

    @property
    def stopping(self) -> bool:
        """Whether it was told to end: what comes now goes to another server, or waits."""
        return self._stopping.is_set()

    def leave(self) -> None:
        """Say that the end is near: it is not ready any more, and the step in progress ends early."""
        self._stopping.set()

    def start(self) -> None:
        """Begin all work."""
        self.ingest.start()
        for ticker in self.tickers:
            ticker.start()

    def stop(self) -> None:
        """End in order: take in what waits, let the step in progress end, close what is open."""
        self._stopping.set()
        self.ingest.stop()
        for ticker in self.tickers:
            ticker.stop()
        self.client.close()
        self.database.close()
        self.home.close()

    def naming(self, model: str) -> Naming:
        """Return the names that a model's monitor gives, without one the empty ones."""
        with self.database.read() as tx:
            file = monitors.current(tx, model)
        return _naming(file.toml) if file else Naming()

    def sinks(self, tx: Transaction) -> dict[str, Sink]:
        """Return every sink by its reference."""
        found = of_server(tx)
        for model in monitors.all_current(tx):
            found |= self._own_sinks(tx, model)
        return found

    def _own_sinks(self, tx: Transaction, model: str) -> dict[str, Sink]:
        file = monitors.current(tx, model)
        try:
            return of_monitor(model, Monitor.from_toml(file.toml).sinks) if file else {}
        except VedetteError:  # of an older version, else it were refused when saved: the others still tell
            return {}

    def _committed(self, commits: Sequence[Commit]) -> None:
        self.marking.committed(commits)
        unmatched: dict[tuple[str, counters.Labels], float] = {
            ("labels_unmatched_total", (("model", c.model),)): c.unmatched for c in commits if c.unmatched
        }
        if unmatched:
            with self.database.write() as tx:
                counters.add(tx, unmatched)
        self.evaluating.wake()

    def _profiles(self, entries: Sequence[Entry]) -> None:
        self.profiles.take(entries)
        self.evaluating.wake()

    def _tell(self, tx: Transaction, model: str, version: str, notices: Sequence[Notice]) -> None:
        if notices:
            self._announce(tx, model, notices)

    def _announce(self, tx: Transaction, model: str, notices: Sequence[Notice]) -> None:
        now = microseconds()
        told = [n for n in notices if any(fresh(incident, now) for incident in n.incidents)]
        if not told:
            return
        sinks = {**of_server(tx), **self._own_sinks(tx, model)}
        announce(tx, told, sinks, now, self._address(tx, [i for n in told for i in n.incidents]))
        self.delivering.wake()

    def _address(self, tx: Transaction, told: Sequence[Incident]) -> Address:
        stored = [incidents.find(tx, incident.id) for incident in told]
        return Address(self.settings.reached, {s.id: f"/incidents/{s.number}" for s in stored if s})

    def _lost(self, entries: Sequence[Entry]) -> None:
        with self.database.write() as tx:
            counters.add(tx, losses.counted(entries))


@functools.lru_cache(maxsize=1024)
def _naming(toml: str) -> Naming:
    """Return the names that a monitor gives; every request asks, and reading the text takes longer than the rest."""
    schema = Monitor.from_toml(toml).schema
    ours = tuple((outside, column) for column, outside in role_names(schema).items())
    return Naming(ours, probability=schema.score is not None and schema.task in PROBABLE)


def learn() -> None:
    """Let msgspec learn the types that several threads read.

    It learns a type when it first reads one; two threads that do so at once can crash the process (seen with msgspec
    0.22, in servers that began with work waiting).
    """
    Monitor.from_toml("")
    for kind in (Incident, Mute, Message):
        with contextlib.suppress(msgspec.ValidationError):  # fields lack: the type is learnt all the same
            msgspec.json.decode(b"{}", type=kind)
