"""Slack, by an incoming webhook."""

from __future__ import annotations

from typing import Any

from vedette.sinks.base import Message, Sink, address
from vedette.sinks.http import Request, posted
from vedette.sinks.wording import clipped, plain

#: Slack's limits: characters of a header, of a section's text, fields of a section.
HEADER, TEXT, FIELDS = 150, 3000, 10
_COLOURS = {"act": "#b3261e", "watch": "#9a6700", "info": "#57606a"}


class Slack(Sink, frozen=True, kw_only=True):
    """A message of blocks: headline, cause, facts, the chart where its address is public, a button.

    An incoming webhook takes no files, so the chart shows only where `Message.picture_url` can be reached by Slack.
    """

    url: str

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of blocks."""
        blocks: list[dict[str, Any]] = [
            {"type": "header", "text": {"type": "plain_text", "text": clipped(message.headline, HEADER)}}
        ]
        if message.text:
            blocks.append(_section(clipped(escaped(message.text), TEXT)))
        if message.facts:
            fields = [_text(clipped(f"*{escaped(f.name)}*\n{escaped(f.value)}", 2000)) for f in message.facts]
            blocks.append({"type": "section", "fields": fields[:FIELDS]})
        if message.picture_url:
            blocks.append(
                {"type": "image", "image_url": message.picture_url, "alt_text": clipped(message.title, 2000)}
            )
        if message.url:
            label = {"type": "plain_text", "text": clipped(message.open_word, 75)}
            blocks.append(
                {"type": "actions", "elements": [{"type": "button", "text": label, "url": message.url}]}
            )
        card = {"color": _COLOURS[message.level], "blocks": blocks}
        return [
            posted(
                address(self.url, "Slack"),
                {"text": clipped(escaped(plain(message)), TEXT), "attachments": [card]},
            )
        ]


def escaped(text: str) -> str:
    """Return text in which Slack sees no link, mention or markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}
