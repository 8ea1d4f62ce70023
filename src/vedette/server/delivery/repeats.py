"""Standing incidents told again to places that forget what they do not hear of: Alertmanager.

They do not go through the outbox: one that fails is said again in two minutes anyway.
"""

from __future__ import annotations

from collections.abc import Callable

import httpx

from vedette.alerts.advance import Notice
from vedette.alerts.incident import Incident
from vedette.monitor import Monitor
from vedette.server.delivery.carrier import carry
from vedette.server.delivery.compose import Address, composed
from vedette.server.delivery.fresh import fresh
from vedette.server.delivery.loop import Sinks
from vedette.sinks.base import Sink
from vedette.store import incidents, monitors
from vedette.store.database import Database, Transaction

#: Seconds between two repeats; Alertmanager takes an alert for over after five minutes.
EVERY = 120.0
#: Reference of a sink that hears of one model only.
_OWN = "model/"


class Repeats:
    """Tells what stands to every sink that wants to be told again.

    Parameters
    ----------
    database : Database
    sinks : function
        Every sink by its reference.
    client : httpx.Client
    address : function
        How the pages of some incidents are reached, by (transaction, their ids).
    """

    def __init__(
        self,
        database: Database,
        sinks: Sinks,
        client: httpx.Client,
        address: Callable[[Transaction, list[Incident]], Address],
    ) -> None:
        self._database, self._sinks, self._client, self._address = database, sinks, client, address
        #: Why repeats failed last time, by reference of the sink.
        self.errors: dict[str, str] = {}

    def step(self, now: int) -> int:
        """Tell every standing incident again; how many messages arrived."""
        with self._database.read() as tx:
            sinks = {name: sink for name, sink in self._sinks(tx).items() if sink.repeats}
            if not sinks:
                return 0
            standing = self._told(tx, now)
            address = self._address(tx, standing)
        self.errors = {}
        return sum(self._tell(name, sink, standing, address, now) for name, sink in sinks.items())

    def _tell(self, name: str, sink: Sink, standing: list[Incident], address: Address, now: int) -> int:
        arrived = 0
        for incident in standing:
            if not concerns(name, incident.model):
                continue
            notice = Notice(kind="opened", at=incident.events[0].at, incidents=(incident,))
            message = composed(notice, sink.language, address)
            if not sink.wants(message):
                continue
            outcome = carry(sink, message, self._client)
            if outcome.kind != "delivered":  # the others would fail as well
                self.errors[name] = outcome.why
                break
            arrived += 1
        return arrived

    def _told(self, tx: Transaction, now: int) -> list[Incident]:
        """Return the incidents that stand and were told at once, oldest first."""
        policies = {
            name: Monitor.from_toml(file.toml).alerts for name, file in monitors.all_current(tx).items()
        }
        listed = [stored.incident for stored in incidents.listing(tx, states=("open", "acknowledged"))]
        return [
            one
            for one in reversed(listed)
            if one.model in policies and policies[one.model].at_once(one.level) and fresh(one, now)
        ]


def concerns(sink: str, model: str) -> bool:
    """Tell whether a sink hears of a model: those of the server of all, those of a monitor of its own.

    Examples
    --------
    >>> concerns("server/ops", "a"), concerns("model/a/ops", "a"), concerns("model/b/ops", "a")
    (True, True, False)
    """
    return not sink.startswith(_OWN) or sink.startswith(f"{_OWN}{model}/")
