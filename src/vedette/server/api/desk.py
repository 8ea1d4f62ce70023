"""What the routes of the API ask: the database, the log, and the loop that evaluates."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from vedette.engine.definition import Definition
from vedette.errors import UnknownNameError, unknown_name
from vedette.server.evaluation.baselines import Baselines
from vedette.server.evaluation.library import Library
from vedette.server.evaluation.loop import Loop
from vedette.server.evaluation.rows import Rows
from vedette.store import models, windows
from vedette.store.database import Database, Transaction
from vedette.values import Window


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a request may need.

    Attributes
    ----------
    database : Database
    library : Library
        The loop's own: definitions are held once.
    loop : Loop
    baselines : Baselines
    rows : Rows
    clock : function
        Microseconds since the epoch.
    wake : function
        Lets the loop look at once.
    """

    database: Database
    library: Library
    loop: Loop
    baselines: Baselines
    rows: Rows
    clock: Callable[[], int] = lambda: time.time_ns() // 1000
    wake: Callable[[], None] = lambda: None

    def version(self, tx: Transaction, model: str, version: str) -> str:
        """Return a version of a model, the newest for an empty name.

        Raises
        ------
        UnknownNameError
            No such model (``api.unknown-name``) or version (``api.unknown-name``).
        """
        known = [v.version for v in models.versions_of(tx, model)]
        if not known and models.get(tx, model) is None:
            raise missing_model(tx, model)
        if not known or (version and version not in known):
            raise unknown_name(f"Version of {model}", version, known, code="api.unknown-name")
        return version or known[0]

    def definition(self, tx: Transaction, model: str, version: str) -> Definition:
        """Return what a version is watched by.

        Raises
        ------
        UnknownNameError
            It has no monitor or no reference yet (``api.not-watched``).
        """
        found = self.library.find(tx, model, version)
        if isinstance(found, str):
            raise not_watched(model, version, found)
        return found

    def windows(
        self, tx: Transaction, model: str, version: str, start: int | None, end: int | None, most: int
    ) -> Sequence[Window]:
        """Return the newest closed windows of a span, at most so many, oldest first."""
        found = [w for w in windows.listing(tx, model, version, start=start, end=end) if w.closed]
        return [Window(w.start, w.end, w.label) for w in found[-most:]]


def not_watched(model: str, version: str, why: str) -> UnknownNameError:
    """Return the error for a version without a monitor or a reference."""
    return UnknownNameError(
        f"{model} {version} is not watched: {why}",
        "A monitor and a reference",
        f"Put a monitor: vedette apply monitor.toml, for {model}",
        code="api.not-watched",
    )


def missing_model(tx: Transaction, model: str) -> UnknownNameError:
    """Return the error for a model that never logged and was never declared."""
    known = [m.name for m in models.listing(tx, archived=True)]
    return unknown_name("Model", model, known, code="api.unknown-name")
