"""What is not told at once, told together: every so often, by the policy of each model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vedette.alerts.advance import Notice, digest
from vedette.alerts.policy import Policy
from vedette.alerts.spans import micros
from vedette.monitor import Monitor
from vedette.server.evaluation.silences import WHOLE
from vedette.store import incidents, models, monitors, settings
from vedette.store.database import Database, Transaction

#: Settings under which the time of the last digest of a model stands.
PREFIX = "digest."
#: Puts notices of a model into the outbox: (transaction, model, notices).
Announce = Callable[[Transaction, str, Sequence[Notice]], None]


class Digests:
    """Makes the digests that are due.

    Parameters
    ----------
    database : Database
    announce : function
    """

    def __init__(self, database: Database, announce: Announce) -> None:
        self._database, self._announce = database, announce

    def step(self, now: int) -> int:
        """Queue the digests that are due at `now`, with the note that they were; how many had something to say."""
        with self._database.read() as tx:
            files = monitors.all_current(tx)
            policies = {name: Monitor.from_toml(file.toml).alerts for name, file in files.items()}
            last = settings.listing(tx, PREFIX)
        due = [name for name, policy in policies.items() if _due(policy, last.get(PREFIX + name), now)]
        return sum(self._one(name, policies[name], last.get(PREFIX + name), now) for name in due)

    def _one(self, model: str, policy: Policy, last: int | None, now: int) -> int:
        with self._database.write() as tx:
            settings.put(tx, PREFIX + model, now, at=now, author="vedette")
            if last is None:  # what happened before somebody wanted digests is known
                return 0
            versions = [v.version for v in models.versions_of(tx, model)]
            found = [
                stored.incident
                for version in dict.fromkeys([*versions, WHOLE])
                for stored in incidents.standing(tx, model, version, resolved_after=last)
            ]
            notice = digest(found, last, now, policy)
            if notice is None:
                return 0
            self._announce(tx, model, [notice])
            return 1


def _due(policy: Policy, last: int | None, now: int) -> bool:
    every = micros(policy.digest)
    return bool(every) and (last is None or now - last >= every)
