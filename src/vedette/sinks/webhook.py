"""Any receiver of JSON: the whole message, signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, ClassVar

import msgspec

from vedette.sinks.base import Message, Sink, address, revealed
from vedette.sinks.http import Request


class Webhook(Sink, frozen=True, kw_only=True):
    """POST of the message as JSON, with an HMAC of time and body when a secret is set.

    The receiver computes ``hex(HMAC-SHA256(secret, timestamp + "." + body))`` over the raw body and compares it with
    the header ``X-Vedette-Signature`` (after ``v1=``); `X-Vedette-Timestamp` more than five minutes old is a replay.
    `X-Vedette-Delivery` is equal in retries of one delivery.

    Examples
    --------
    >>> sink = Webhook(url="https://example.com/hook", secret="s")
    >>> request = sink.requests(Message(key="i1", model="flights", title="Recall fell", at=1_700_000_000_000_000))[0]
    >>> signature(b"s", request.headers["X-Vedette-Timestamp"], request.body) == request.headers["X-Vedette-Signature"]
    True
    """

    pictures: ClassVar[bool] = True

    url: str
    secret: str = ""

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of the whole message."""
        document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(message, picture=None))
        if message.picture is not None:
            document["picture"] = base64.b64encode(message.picture).decode()
        body = msgspec.json.encode(
            {"kind": "vedette.incident", "version": 1, **document, "model_version": message.version}
        )
        stamp = str(message.stamp // 1_000_000)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Vedette-Timestamp": stamp,
            "X-Vedette-Delivery": hashlib.sha256(f"{message.key}.{message.at}".encode()).hexdigest()[:32],
        }
        if self.secret:
            headers["X-Vedette-Signature"] = signature(revealed(self.secret).encode(), stamp, body)
        return [Request("POST", address(self.url, "a webhook"), headers, body)]


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return what the header ``X-Vedette-Signature`` must hold."""
    return "v1=" + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
