"""Feishu and Lark, by a custom bot of a group."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from vedette.sinks.base import Message, Sink, address, revealed
from vedette.sinks.http import Outcome, Request, Response, judged_by_code, posted
from vedette.sinks.wording import clipped, clipped_bytes, escaped

_COLOURS = {"act": "red", "watch": "orange", "info": "grey"}
#: Bytes of a request that the bot takes, less what the card adds.
LIMIT = 18_000
#: "too many requests".
TOO_FAST = (11232, 9499)


class Feishu(Sink, frozen=True, kw_only=True):
    """An interactive card; with a secret it carries time and signature as the bot's security setting asks."""

    url: str
    secret: str = ""

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of a card, signed where there is a secret."""
        document: dict[str, Any] = {"msg_type": "interactive", "card": _card(message)}
        if self.secret:
            stamp = str(message.stamp // 1_000_000)
            document |= {"timestamp": stamp, "sign": signature(revealed(self.secret), stamp)}
        return [posted(address(self.url, "Feishu"), document)]

    def outcome(self, response: Response) -> Outcome:
        """Return what a reply means; it is 200 whatever happened, with a code in its body."""
        return judged_by_code(response, "code", "StatusCode", passing=TOO_FAST)


def signature(secret: str, stamp: str) -> str:
    """Return base64 of HMAC-SHA256 over nothing, keyed by time and secret; `stamp` in seconds."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def _card(message: Message) -> dict[str, Any]:
    facts = "\n".join(f"**{escaped(f.name)}**: {escaped(f.value)}" for f in message.facts)
    texts = [clipped_bytes(t, LIMIT // 2) for t in (escaped(message.text), facts) if t]
    elements: list[dict[str, Any]] = [{"tag": "div", "text": {"tag": "lark_md", "content": t}} for t in texts]
    if message.url:
        label = {"tag": "plain_text", "content": message.open_word}
        button = {"tag": "button", "text": label, "url": message.url, "type": "primary"}
        elements.append({"tag": "action", "actions": [button]})
    title = {"tag": "plain_text", "content": clipped(message.headline, 300)}
    return {
        "config": {"wide_screen_mode": True},
        "header": {"template": _COLOURS[message.level], "title": title},
        "elements": elements,
    }
