"""Against forged requests: a page elsewhere must not act with a reader's cookies.

Two guards: a request that says it comes from another site is refused, and whatever acts by cookie must carry the
token that only our own pages know, in the form field ``_csrf`` or the header ``X-CSRF-Token``.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from vedette.errors import AccessError
from vedette.server.access.tokens import form_token, same

Receive = Callable[[], Awaitable[Any]]
#: Bytes of a form in which the token must come; our pages put it first.
HEAD = 65_536
_FIELD = re.compile(rb'(?:^|&)_csrf=([0-9a-f]{64})(?:&|$)|name="_csrf"\r\n\r\n([0-9a-f]{64})\r\n')


def refuse_foreign(headers: Mapping[str, str], address: str) -> None:
    """Refuse a request that a browser makes for a page of another site.

    Parameters
    ----------
    headers : mapping
        Of the request, names in lower case.
    address : str
        This server as the outside names it, for a proxy that changes the Host; else empty.

    Raises
    ------
    AccessError
        ``access.forged``.
    """
    hosts = {headers.get("host", "").lower(), urlsplit(address).netloc.lower()} - {""}
    origin = headers.get("origin", "")
    foreign = bool(origin) and urlsplit(origin).netloc.lower() not in hosts
    if foreign or headers.get("sec-fetch-site", "same-origin") in ("cross-site", "same-site"):
        raise forged()


async def require_token(headers: Mapping[str, str], receive: Receive, secret: str) -> Receive:
    """Refuse a request without the token of `secret`; what was read of its body is there to be read again.

    Raises
    ------
    AccessError
        ``access.forged``.
    """
    wanted = form_token(secret) if secret else ""
    if wanted and same(headers.get("x-csrf-token", ""), wanted):
        return receive
    seen: list[Any] = []
    head = b""
    while len(head) < HEAD:
        message = await receive()
        seen.append(message)
        head += message.get("body", b"")
        if not message.get("more_body", False):
            break
    found = _FIELD.search(head)
    if not (wanted and found and same((found[1] or found[2]).decode(), wanted)):
        raise forged()

    async def again() -> Any:
        return seen.pop(0) if seen else await receive()

    return again


def forged() -> AccessError:
    """Return the error for a request that did not come from one of our pages."""
    return AccessError(
        "The request does not come from a page of this server, or the page is too old",
        "The token of the page it was sent from",
        "Load the page again and repeat; programs send an API key instead of a cookie",
        code="access.forged",
    )
