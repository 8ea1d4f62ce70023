"""WeCom (Enterprise WeChat), by a group robot."""

from __future__ import annotations

import base64
import hashlib
from typing import ClassVar

from vedette.sinks.base import Message, Sink, address
from vedette.sinks.http import Outcome, Request, Response, judged_by_code, posted
from vedette.sinks.wording import clipped_bytes, markdown

#: Bytes of a Markdown message, and of a picture before base64.
LIMIT, PICTURE = 4096, 2 * 1024 * 1024
#: "api freq out of limit": 20 messages a minute.
TOO_FAST = (45009,)


class Wecom(Sink, frozen=True, kw_only=True):
    """A Markdown message, and the chart as a picture after it."""

    pictures: ClassVar[bool] = True

    url: str

    def requests(self, message: Message) -> list[Request]:
        """Return the POST of a Markdown message, and that of the chart."""
        url = address(self.url, "WeCom")
        text = clipped_bytes(markdown(message), LIMIT)
        found = [posted(url, {"msgtype": "markdown", "markdown": {"content": text}})]
        if message.picture is not None and len(message.picture) <= PICTURE:
            # MD5 is what the receiver checks the transfer with, no secret rests on it.
            digest = hashlib.md5(message.picture, usedforsecurity=False).hexdigest()
            image = {"base64": base64.b64encode(message.picture).decode(), "md5": digest}
            found.append(posted(url, {"msgtype": "image", "image": image}))
        return found

    def outcome(self, response: Response) -> Outcome:
        """Return what a reply means; it is 200 whatever happened, with a code in its body."""
        return judged_by_code(response, "errcode", passing=TOO_FAST)
