"""Everything that takes rows in, put together: spool, writer, its thread, the routes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from litestar import Router
from litestar.types import Guard

from vedette.server.ingest.halves import Halves
from vedette.server.ingest.homes import Homes
from vedette.server.ingest.intake import Intake, now_micros
from vedette.server.ingest.limits import Limits
from vedette.server.ingest.mending import quarantine_router
from vedette.server.ingest.naming import NamesOf, unnamed
from vedette.server.ingest.references import References
from vedette.server.ingest.routes import ingest_router
from vedette.server.memory import give_back
from vedette.store.entry import Entry
from vedette.store.home import Home
from vedette.store.lake import Lake
from vedette.store.loop import Chore, WriterLoop
from vedette.store.spool import Spool
from vedette.store.upkeep import Retention, tidy
from vedette.store.writer import Commit, Pace, Writer


class IngestService:
    """The ingest of one home.

    Parameters
    ----------
    home : Home
    committed : function
        Told what each step of the writer changed, on the writer's thread; may be told again after a crash.
    profiles : function
        Given the summaries that came, likewise.
    names_of : function
        The naming of a model's monitor.
    lost : function
        Given what senders report as given up; a report may come again after a crash.
    homes : Homes, optional
        Puts new models into the project of their sender.
    """

    def __init__(
        self,
        home: Home,
        *,
        committed: Callable[[Sequence[Commit]], None],
        profiles: Callable[[Sequence[Entry]], None],
        names_of: NamesOf = unnamed,
        limits: Limits | None = None,
        pace: Pace | None = None,
        retention: Retention | None = None,
        lost: Callable[[Sequence[Entry]], None] = lambda _: None,
        homes: Homes | None = None,
        clock: Callable[[], int] = now_micros,
    ) -> None:
        self._committed, self._profiles, self._lost, self._homes = committed, profiles, lost, homes
        self.spool, self.lake = Spool(home), Lake(home)
        self.intake = Intake(self.spool, limits=limits, names_of=names_of, clock=clock)
        self.pairs = Halves(home, self.intake, names_of=names_of)
        self.references = References(home)
        self.writer = Writer(home, self.spool, self.lake, self, pace=pace)
        self._retention = retention
        chores = [Chore(self.pairs.expire, 60.0), Chore(give_back, 60.0), Chore(self._tidy, 3600.0)]
        self.loop = WriterLoop(self.writer, chores)

    def committed(self, commits: Sequence[Commit]) -> None:
        """Pass on what the lake has."""
        self._committed(commits)

    def profiles(self, entries: Sequence[Entry]) -> None:
        """Pass on summaries."""
        self._profiles(entries)

    def halves(self, entries: Sequence[Entry], now: int) -> None:
        """Pair requests with responses."""
        self.pairs.take(entries, now)

    def lost(self, entries: Sequence[Entry]) -> None:
        """Pass on what senders gave up."""
        self._lost(entries)

    def routers(
        self, *, senders: Sequence[Guard] = (), readers: Sequence[Guard] = (), menders: Sequence[Guard] = ()
    ) -> list[Router]:
        """Return the routes; each group of guards says who may."""
        return [
            ingest_router(self.intake, self.references, homes=self._homes, guards=senders),
            quarantine_router(self.intake, self.lake, readers=readers, menders=menders),
        ]

    def start(self) -> None:
        """Begin to take the spool into the lake."""
        # The spool's thread asks for the interpreter at each system call; at the usual 5 ms it would wait that
        # long each time, behind the thread that answers.
        sys.setswitchinterval(0.0005)
        self.loop.start()

    def stop(self) -> None:
        """Refuse what comes, take what waits."""
        self.spool.close()
        self.loop.stop()

    def _tidy(self, now: int) -> object:
        return tidy(self.lake, now, self._retention)
