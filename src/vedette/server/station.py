"""All parts of a running server, put together: what comes in, what is computed, who is told, what is shown."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from vedette.alerts.advance import Notice
from vedette.errors import VedetteError
from vedette.monitor import Monitor
from vedette.server.access.binding import needs_accounts
from vedette.server.access.gate import Gate
from vedette.server.access.outward import guarded
from vedette.server.api.desk import Desk
from vedette.server.delivery.compose import Address
from vedette.server.delivery.loop import DeliveryLoop, announce
from vedette.server.delivery.sinks import of_monitor, of_server
from vedette.server.evaluation.baselines import Baselines
from vedette.server.evaluation.library import Library
from vedette.server.evaluation.loop import Loop
from vedette.server.evaluation.marking import Marking
from vedette.server.evaluation.naming import role_names
from vedette.server.evaluation.profiles import Profiles
from vedette.server.evaluation.rows import rows_in
from vedette.server.ingest.naming import Naming
from vedette.server.ingest.service import IngestService
from vedette.server.settings import Settings
from vedette.server.ticking import Ticker, microseconds
from vedette.sinks.base import Sink
from vedette.store import accounts, counters, incidents, monitors
from vedette.store.database import Database, Transaction
from vedette.store.entry import Entry
from vedette.store.home import Home
from vedette.store.writer import Commit

#: Troubles in windows that ended longer ago are recorded and shown, and not told: a year logged afterwards must not
#: ring the telephone three hundred times. (30 days, so that late labels still tell; microseconds.)
HISTORY = 30 * 86_400_000_000
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
        self.settings = settings
        self.home = Home(settings.home)
        self.database = Database(settings.database or self.home.database)
        self._stopping = threading.Event()
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
        )
        self.library = Library(self.home.baselines)
        self.rows = rows_in(self.ingest.lake)
        self.profiles = Profiles(self.database, self.library, microseconds)
        self.loop = Loop(self.database, self.rows, self.library, self._tell, self._stopping.is_set)
        self.baselines = Baselines(self.database, self.rows, self.library, self.ingest.references.path)
        self.client = guarded(settings.allowed)
        self.delivery = DeliveryLoop(self.database, self.sinks, self.client)
        self.evaluating = Ticker("evaluation", lambda now: bool(self.loop.step(now)), settings.every)
        self.delivering = Ticker("delivery", lambda now: self.delivery.step(now).delivered > 0, 2.0)
        self.desk = Desk(
            database=self.database,
            library=self.library,
            loop=self.loop,
            baselines=self.baselines,
            rows=self.rows,
            wake=self.evaluating.wake,
        )

    @property
    def tickers(self) -> tuple[Ticker, ...]:
        """The work that comes round."""
        return self.evaluating, self.delivering

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
        """Return the names that a model's monitor gives; of none, or one that cannot be read, the empty ones."""
        with self.database.read() as tx:
            file = monitors.current(tx, model)
        if file is None:
            return Naming()
        schema = Monitor.from_toml(file.toml).schema
        ours = tuple((outside, column) for column, outside in role_names(schema).items())
        return Naming(ours, probability=schema.score is not None and schema.task in PROBABLE)

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
        except (
            VedetteError
        ):  # refused when it was saved; one of an older version must not keep others from telling
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
        now = microseconds()
        fresh = [n for n in notices if any(now - i.through.end < HISTORY for i in n.incidents)]
        if not fresh:
            return
        pages = {}
        for notice in fresh:
            for incident in notice.incidents:
                stored = incidents.find(tx, incident.id)
                if stored is not None:
                    pages[incident.id] = f"/incidents/{stored.number}"
        sinks = {**of_server(tx), **self._own_sinks(tx, model)}
        announce(tx, fresh, sinks, now, Address(self.settings.reached, pages))
        self.delivering.wake()
