"""Which project a model belongs to: that of whoever names it first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vedette.server.access.refusals import forbidden
from vedette.store import models
from vedette.store.database import Database


class Homes:
    """Puts new models where their first sender is at home, and keeps senders out of the models of others.

    Parameters
    ----------
    database : Database
    clock : function
        Microseconds since the epoch.
    """

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database, self._clock = database, clock
        self._known: set[str] = set()

    def concerned(self, principal: Any, model: str, *, looked: bool) -> bool:
        """Tell whether `settle` has something to do.

        Whoever may send everywhere has no home, and leaves models where they are found; of others a model that is
        known needs a look only where nobody `looked` whether they may send to it.
        """
        return getattr(principal, "home", None) is not None and not (looked and model in self._known)

    def settle(self, principal: Any, model: str) -> None:
        """Register a model that is new in the home of its sender.

        Raises
        ------
        AccessError
            It is of a project that the sender may not send to (``access.forbidden``).
        """
        with self._database.write() as tx:
            found = models.register(tx, model, at=self._clock(), project=principal.home)
        if not principal.may("ingest", found.project):
            raise forbidden(principal.name, "ingest", model)
        self._known.add(model)
