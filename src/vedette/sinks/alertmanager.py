"""Prometheus Alertmanager, by its API v2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec

from vedette.sinks.base import Message, Sink, address
from vedette.sinks.http import Request, posted

_SEVERITY = {"act": "critical", "watch": "warning", "info": "info"}


class Alertmanager(Sink, frozen=True, kw_only=True):
    """One alert an incident; its labels are its identity, so numbers stand in the annotations only.

    Alertmanager takes an alert for over when it is not told of it again within its `resolve_timeout` (5 minutes):
    the server repeats standing ones, and says the end itself.

    Attributes
    ----------
    url : str
        Of Alertmanager, without the path of its API.
    labels : dict of str to str
        Further labels, by which its routes choose receivers.
    user, password : str
        Basic authentication, where it stands behind some.
    """

    repeats: ClassVar[bool] = True

    url: str
    labels: dict[str, str] = msgspec.field(default_factory=dict)

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of one alert; it ends where the incident does."""
        labels = {
            "alertname": "VedetteIncident",
            "model": message.model,
            "version": message.version or "",
            "incident": message.key,
            "severity": _SEVERITY[message.level],
            **self.labels,
        }
        annotations = {"summary": message.title, "description": message.text}
        annotations |= {_label(f.name): f.value for f in message.facts}
        alert: dict[str, Any] = {
            "labels": labels,
            "annotations": annotations,
            "startsAt": _time(message.since or message.at),
        }
        if message.status == "resolved":
            alert["endsAt"] = _time(message.at)
        if message.url:
            alert["generatorURL"] = message.url
        return [posted(address(self.url, "Alertmanager").rstrip("/") + "/api/v2/alerts", [alert])]


def _time(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1e6, UTC).isoformat()


def _label(name: str) -> str:
    """Return a name of letters, digits and underscores that begins with a letter, as Prometheus wants it."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"fact_{plain}" if plain else "fact"
