"""The outbox on its way: due messages are sent, failures tried again with growing pauses, the dead listed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import httpx
import msgspec

from vedette.alerts.advance import Notice
from vedette.server.delivery.carrier import carry
from vedette.server.delivery.compose import Address, composed
from vedette.sinks.base import Message, Sink
from vedette.sinks.http import Outcome
from vedette.store import deliveries
from vedette.store.database import Database, Transaction
from vedette.store.deliveries import Delivery
from vedette.views.words import Lang

SECOND = 1_000_000
#: Seconds before each further try; after the last one a message is dead. About a day in all.
PAUSES = (10, 30, 120, 600, 1800, 3600, 10_800, 21_600, 43_200)
#: By how much a pause is drawn longer or shorter, so that many do not come back together.
JITTER = 0.2
#: Messages sent in one step.
BATCH = 50

#: The chart of an incident as PNG, None where there is none to draw: (id of the incident, language).
Picture = Callable[[str, Lang], bytes | None]
#: Every sink that can be sent to now, by reference.
Sinks = Callable[[Transaction], dict[str, Sink]]


class Sent(msgspec.Struct, frozen=True):
    """What a step did."""

    delivered: int = 0
    again: int = 0
    dead: int = 0


class DeliveryLoop:
    """Sends what is due.

    Parameters
    ----------
    database : Database
    sinks : function
    client : httpx.Client
        With a transport that refuses addresses of this network, where they are not allowed.
    picture : function
        The chart of an incident as PNG, by its id and language; None where there is none.
    seed : int
        Of the pauses.
    """

    def __init__(
        self,
        database: Database,
        sinks: Sinks,
        client: httpx.Client,
        picture: Picture = lambda _incident, _lang: None,
        seed: int = 0,
    ) -> None:
        self._database, self._sinks, self._client, self._picture = database, sinks, client, picture
        self._random = random.Random(seed)  # noqa: S311 - it spreads pauses, nothing is guarded by it

    def step(self, now: int, limit: int = BATCH) -> Sent:
        """Send the messages that are due at `now` (microseconds since the epoch).

        A message that was sent, and of which the note was lost in a crash, is sent again: receivers know it by its
        key (at least once, not at most once).
        """
        with self._database.read() as tx:
            due = deliveries.due(tx, now, limit)
            sinks = self._sinks(tx) if due else {}
        total = Sent()
        for delivery in due:
            outcome = self._try(delivery, sinks.get(delivery.sink), now)
            total = self._note(delivery, outcome, now, total)
        return total

    def _try(self, delivery: Delivery, sink: Sink | None, now: int) -> Outcome:
        if sink is None:
            return Outcome("refused", f"Sink {delivery.sink} is no longer there")
        message = msgspec.json.decode(delivery.message, type=Message)
        # Drawn here and not where it is told: a picture takes longer than an evaluation may be kept waiting.
        drawn = sink.pictures and message.picture is None and message.status == "firing"
        picture = self._picture(message.key, message.language) if drawn else message.picture
        return carry(sink, msgspec.structs.replace(message, sent=now, picture=picture), self._client)

    def _note(self, delivery: Delivery, outcome: Outcome, now: int, total: Sent) -> Sent:
        with self._database.write() as tx:
            if outcome.kind == "delivered":
                deliveries.sent(tx, delivery.id, at=now)
                return msgspec.structs.replace(total, delivered=total.delivered + 1)
            later = None if outcome.kind == "refused" else self._later(delivery, outcome, now)
            deliveries.failed(tx, delivery.id, outcome.why, at=now, next_at=later)
        if later is None:
            return msgspec.structs.replace(total, dead=total.dead + 1)
        return msgspec.structs.replace(total, again=total.again + 1)

    def _later(self, delivery: Delivery, outcome: Outcome, now: int) -> int | None:
        if delivery.attempts >= len(PAUSES):
            return None
        pause = PAUSES[delivery.attempts] * self._random.uniform(1 - JITTER, 1 + JITTER)
        return now + round(max(pause, outcome.after or 0.0) * SECOND)


def announce(
    tx: Transaction,
    notices: Sequence[Notice],
    sinks: dict[str, Sink],
    now: int,
    address: Address,
) -> int:
    """Put a message for every notice and every sink that wants it into the outbox; how many.

    In the transaction of what is told: an incident that is recorded is told, and one that is not is not.
    """
    queued = 0
    for notice in notices:
        said = {
            lang: composed(notice, lang, address)
            for lang in dict.fromkeys(s.language for s in sinks.values())
        }
        for reference, sink in sinks.items():
            message = said[sink.language]
            if sink.wants(message):
                deliveries.queue(tx, reference, msgspec.json.encode(message).decode(), at=now)
                queued += 1
    return queued
