"""How a server is run: what the command line and the environment say."""

from __future__ import annotations

from pathlib import Path

import msgspec

from vedette.server.access.gate import Options
from vedette.server.access.oidc import Provider
from vedette.server.ingest.limits import Limits
from vedette.server.upkeep import Keeping
from vedette.store.upkeep import Retention
from vedette.store.writer import Pace


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may differ between two servers.

    Attributes
    ----------
    home : Path
        Folder of all that is kept.
    host, port : str, int
        Where it listens.
    database : str
        URL of a PostgreSQL database; empty for SQLite in the home.
    address : str
        The server as people reach it, where a proxy stands before it; links in messages begin with it.
    accounts : bool, optional
        Whether everybody must sign in; None: as soon as there is a user, and never on a name that others reach.
    allowed : tuple of str
        Hosts and networks of this site that sinks may call all the same.
    retention, keeping : Retention, Keeping
        Days that rows, and what was computed of them, are kept.
    every : float
        Seconds between two looks of the evaluation.
    """

    home: Path
    host: str = "127.0.0.1"
    port: int = 8400
    database: str = ""
    address: str = ""
    accounts: bool | None = None
    allowed: tuple[str, ...] = ()
    provider: Provider | None = None
    options: Options = Options()
    limits: Limits = Limits()
    pace: Pace = Pace()
    retention: Retention = Retention()
    keeping: Keeping = Keeping()
    every: float = 2.0

    @property
    def reached(self) -> str:
        """The address that links begin with, without a final slash."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.address or f"http://{host}:{self.port}").rstrip("/")
