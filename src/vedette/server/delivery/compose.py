"""From a notice to the message that a sink sends."""

from __future__ import annotations

import msgspec

from vedette.alerts.advance import Notice
from vedette.alerts.incident import Incident
from vedette.alerts.policy import RANK
from vedette.server.delivery.facts import facts
from vedette.server.evaluation.health import said
from vedette.server.pages.wording import say
from vedette.sinks.base import Fact, Message
from vedette.views.words import Lang

#: Incidents that a digest names; the rest are counted.
NAMED = 20


class Address(msgspec.Struct, frozen=True):
    """How this server's pages are reached: `base` without a final slash, and the page of each incident."""

    base: str = ""
    pages: dict[str, str] = {}

    def of(self, incident: Incident) -> str | None:
        """Return the address of an incident's page, None where the server was not told its own."""
        path = self.pages.get(incident.id)
        return f"{self.base}{path}" if self.base and path else None


def composed(notice: Notice, lang: Lang, address: Address) -> Message:
    """Return the message of a notice in a language."""
    if notice.kind == "digest" or len(notice.incidents) > 1:
        return _digest(notice, lang, address)
    incident = notice.incidents[0]
    over = notice.kind == "recovered"
    told = say(lang, f"message.{notice.kind}")
    sentence, remedy = said(incident, lang)
    return Message(
        key=incident.id,
        status="resolved" if over else "firing",
        level=incident.level,
        level_word=told if over else say(lang, incident.level),
        model=incident.model,
        version=incident.version or None,
        title=sentence,
        text=remedy,
        facts=(*facts(incident, lang), *_told(notice, told, lang)),
        url=address.of(incident),
        open_word=say(lang, "message.open"),
        since=incident.since.start,
        at=notice.at,
        language=lang,
    )


def trial(sink: str, lang: Lang, at: int, url: str | None = None) -> Message:
    """Return the message of the test button."""
    return Message(
        key=f"test-{at}",
        status="notice",
        level="info",
        level_word=say(lang, "message.test"),
        model="vedette",
        title=say(lang, "message.test_title", sink=sink),
        text=say(lang, "message.test_text"),
        url=url,
        open_word=say(lang, "message.open"),
        since=at,
        at=at,
        language=lang,
    )


def _told(notice: Notice, word: str, lang: Lang) -> tuple[Fact, ...]:
    return () if notice.kind == "opened" else (Fact(say(lang, "message.news"), word),)


def _digest(notice: Notice, lang: Lang, address: Address) -> Message:
    ranked = sorted(notice.incidents, key=lambda i: (-RANK[i.level], i.since.start))
    worst = ranked[0]
    lines = [f"{say(lang, i.level)} · {i.model}: {said(i, lang)[0]}" for i in ranked[:NAMED]]
    more = len(ranked) - NAMED
    if more > 0:
        lines.append(say(lang, "message.more", n=more))
    return Message(
        key=f"digest-{worst.model}-{notice.at}",
        status="notice",
        level=worst.level,
        level_word=say(lang, "message.digest"),
        model=worst.model if len({i.model for i in ranked}) == 1 else "vedette",
        title=say(lang, "message.digest_title", n=len(ranked)),
        text="\n".join(lines),
        url=address.base or None,
        open_word=say(lang, "message.open"),
        since=min(i.since.start for i in ranked),
        at=notice.at,
        language=lang,
    )
