"""The state behind the shield: the database of accounts, what was counted, and whether everybody must sign in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import msgspec

from vedette.errors import AccessError
from vedette.server.access.buckets import Buckets
from vedette.server.access.keys import Keys
from vedette.server.access.policy import Need
from vedette.server.access.principal import Principal
from vedette.server.access.refusals import TooOftenError
from vedette.server.access.tokens import fresh
from vedette.store import accounts, incidents, models
from vedette.store.database import Database

T = TypeVar("T")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How strict the server is.

    Attributes
    ----------
    address : str
        The server as people reach it, when a proxy stands before it: ``https://monitoring.example.org``.
    burst, rate : float
        Requests of one key or address at once, and per second in the long run.
    guesses, guess_rate : float
        Wrong passwords of one address at once, and per second in the long run.
    body : int
        Bytes of a form.
    """

    address: str = ""
    burst: float = 6000.0
    rate: float = 3000.0
    guesses: float = 10.0
    guess_rate: float = 0.1
    body: int = 2 << 20


class Gate:
    """Who may enter.

    Parameters
    ----------
    database : Database
        Where accounts are.
    open_to_all : bool
        Whether nobody needs to sign in (see `binding`); ends when the first user is made.
    options : Options, optional
    clock : callable, optional
        Microseconds since the epoch.

    Attributes
    ----------
    setup_token : str
        What makes the first user of a server that others reach; empty when there are users, or nobody needs one.
    """

    def __init__(
        self,
        database: Database,
        *,
        open_to_all: bool = False,
        options: Options | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        self.database, self.now = database, clock
        self.options = options or Options()
        self.open = open_to_all
        self.keys = Keys(database)
        self.requests = Buckets(self.options.burst, self.options.rate)
        self.guesses = Buckets(self.options.guesses, self.options.guess_rate)
        self.setup_token = "" if open_to_all or self.any_user() else fresh()

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server by TLS alone."""
        return self.options.address.startswith("https://")

    def any_user(self) -> bool:
        """Tell whether there is a user."""
        with self.database.read() as tx:
            return accounts.any_user(tx)

    def guess(self, address: str, check: Callable[[], T]) -> T:
        """Do what may be guessing; an address that guesses wrong too often must wait.

        Raises
        ------
        AccessError
            ``access.too-often`` after too many wrong guesses; else what `check` raises.
        """
        wait = self.guesses.wait(address, time.monotonic())
        if wait:
            raise TooOftenError(wait)
        try:
            return check()
        except AccessError:
            self.guesses.take(address, time.monotonic())
            raise

    def project_of(self, wanted: Need, principal: Principal) -> str | None:
        """Return the project that a request is about, None when it is about none."""
        with self.database.read() as tx:
            name = wanted.model
            if wanted.incident is not None:
                found = incidents.get(tx, wanted.incident)
                name = found.model if found else ""
            model = models.get(tx, name) if name else None
        if model is not None:
            return model.project
        # Whoever names a model first decides, within their own project, where it is.
        return (principal.home or models.DEFAULT_PROJECT) if name and wanted.scope != "read" else None
