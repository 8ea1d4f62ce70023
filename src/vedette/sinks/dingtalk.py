"""DingTalk, by a custom robot of a group."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

from vedette.sinks.base import Message, Sink, address, revealed
from vedette.sinks.http import Outcome, Request, Response, judged_by_code, posted
from vedette.sinks.wording import clipped, clipped_bytes, markdown

#: Bytes of a message's text that DingTalk takes.
LIMIT = 18_000
#: "sent too fast": the robot is silenced for some minutes after 20 messages in one.
TOO_FAST = (130101,)


class Dingtalk(Sink, frozen=True, kw_only=True):
    """A Markdown message; with a secret the address is signed as the robot's security setting asks.

    A robot whose security setting is a keyword refuses messages without it: set `keyword` to have it in each.
    """

    url: str
    secret: str = ""
    keyword: str = ""

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of a Markdown message, signed where there is a secret."""
        url = address(self.url, "DingTalk")
        if self.secret:
            stamp = str(message.stamp // 1000)
            sign = quote_plus(signature(revealed(self.secret), stamp))
            url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={sign}"
        text = clipped_bytes(markdown(message), LIMIT - 200)
        if message.picture_url:
            text += f"\n\n![]({message.picture_url})"
        if self.keyword and self.keyword not in text:
            text += f"\n\n{self.keyword}"
        return [
            posted(
                url,
                {"msgtype": "markdown", "markdown": {"title": clipped(message.headline, 100), "text": text}},
            )
        ]

    def outcome(self, response: Response) -> Outcome:
        """Return what a reply means; it is 200 whatever happened, with a code in its body."""
        return judged_by_code(response, "errcode", passing=TOO_FAST)


def signature(secret: str, stamp: str) -> str:
    """Return base64 of HMAC-SHA256 over time and secret, keyed by the secret; `stamp` in milliseconds."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
