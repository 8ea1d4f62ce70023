"""The facts of an incident, in the language of who is told."""

from __future__ import annotations

from vedette.alerts.incident import Incident
from vedette.metrics.base import key_in_words
from vedette.numerals import interval, number
from vedette.server.pages.wording import say
from vedette.sinks.base import Fact
from vedette.values import Estimate, Finding
from vedette.views.words import Lang


def facts(incident: Incident, lang: Lang) -> tuple[Fact, ...]:
    """Return effect, evidence, impact, segment, onset and what else moved."""
    lead = incident.lead
    others = tuple(dict.fromkeys(_about(f, lang) for f in incident.findings[1:]))
    named = {
        "effect": _effect(lead, incident.effect),
        "evidence": chance(incident, lang),
        "impact": ""
        if incident.impact is None
        else say(lang, "points", change=f"{100 * incident.impact:+.1f}"),
        "where": str(lead.segment) if lead.segment else "",
        "since": incident.since.label,
        "also": ", ".join(others[:5]),
    }
    return tuple(Fact(say(lang, f"message.{key}"), value) for key, value in named.items() if value)


def moved(lead: Finding, effect: Estimate | None, unit: str = "") -> str:
    """Return how big it is: from what to what, else the size of the change."""
    if (
        lead.current
        and lead.reference
        and lead.current.value is not None
        and lead.reference.value is not None
    ):
        return f"{number(lead.reference.value, unit)} → {number(lead.current.value, unit)}"
    return "" if effect is None or effect.value is None else number(effect.value)


def chance(incident: Incident, lang: Lang) -> str:
    """Return whether it is real: how easily chance alone would look like it, of its strongest finding."""
    return "" if incident.strongest is None else incident.strongest.chance(lang)


def _effect(lead: Finding, effect: Estimate | None) -> str:
    size = moved(lead, effect)
    between = "" if "→" in size or effect is None else interval(effect.low, effect.high)
    return f"{size} {between}".strip()


def _about(finding: Finding, lang: Lang) -> str:
    where = f" ({finding.segment})" if finding.segment else ""
    return f"{finding.column or key_in_words(finding.metric, lang)}{where}"
