"""PagerDuty, by its Events API v2."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vedette.sinks.base import Message, Sink, address, revealed
from vedette.sinks.http import Request, posted
from vedette.sinks.wording import clipped

_SEVERITY = {"act": "critical", "watch": "warning", "info": "info"}
#: Characters of a summary.
SUMMARY = 1024


class Pagerduty(Sink, frozen=True, kw_only=True):
    """An event that opens, updates or resolves the PagerDuty incident of the same key."""

    routing_key: str
    url: str = "https://events.pagerduty.com/v2/enqueue"
    levels: tuple[str, ...] = ("act",)  # type: ignore[assignment]  # a page at night is for what must be acted on

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of an event that opens, updates or resolves."""
        document: dict[str, Any] = {
            "routing_key": revealed(self.routing_key),
            "event_action": "resolve" if message.status == "resolved" else "trigger",
            "dedup_key": clipped(f"vedette/{message.model}/{message.key}", 255),
            "client": "vedette",
        }
        if message.status != "resolved":
            document["payload"] = {
                "summary": clipped(message.headline, SUMMARY),
                "source": message.model,
                "severity": _SEVERITY[message.level],
                "timestamp": datetime.fromtimestamp(message.at / 1e6, UTC).isoformat(),
                "component": message.version or "",
                "class": "model monitoring",
                "custom_details": {"text": message.text, **{f.name: f.value for f in message.facts}},
            }
            if message.url:
                document |= {
                    "client_url": message.url,
                    "links": [{"href": message.url, "text": message.open_word}],
                }
            if message.picture_url:
                document["images"] = [{"src": message.picture_url, "alt": message.title}]
        return [posted(address(self.url, "PagerDuty"), document)]
