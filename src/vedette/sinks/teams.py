"""Microsoft Teams, by a webhook of Workflows (the older connectors are retired)."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

import msgspec

from vedette.sinks.base import Message, Sink, address
from vedette.sinks.http import Request, posted
from vedette.sinks.wording import clipped, escaped

_COLOURS = {"act": "attention", "watch": "warning", "info": "default"}
#: Bytes of a whole message that Teams takes.
LIMIT = 28_000


class Teams(Sink, frozen=True, kw_only=True):
    """An adaptive card: headline, cause, facts, the chart where it fits, a button."""

    pictures: ClassVar[bool] = True

    url: str

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of an adaptive card, without its chart where Teams would not take it."""
        url = address(self.url, "Microsoft Teams")
        card = _card(message, with_picture=True)
        if len(msgspec.json.encode(card)) > LIMIT:
            card = _card(message, with_picture=False)
        return [posted(url, card)]


def _card(message: Message, *, with_picture: bool) -> dict[str, Any]:
    heading = _text(escaped(message.headline), size="Large", weight="Bolder", color=_COLOURS[message.level])
    body: list[dict[str, Any]] = [heading]
    if message.text:
        body.append(_text(clipped(escaped(message.text), 4000)))
    if message.facts:
        facts = [
            {"title": escaped(f.name), "value": clipped(escaped(f.value), 500)} for f in message.facts[:20]
        ]
        body.append({"type": "FactSet", "facts": facts})
    picture = message.picture_url
    if with_picture and picture is None and message.picture is not None:
        picture = "data:image/png;base64," + base64.b64encode(message.picture).decode()
    if picture is not None and (with_picture or not picture.startswith("data:")):
        body.append({"type": "Image", "url": picture, "altText": message.title})
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.url:
        content["actions"] = [{"type": "Action.OpenUrl", "title": message.open_word, "url": message.url}]
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _text(text: str, **style: str) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}
