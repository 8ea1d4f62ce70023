"""Refusals as HTTP answers: one shape for programs, a way to sign in for people."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from vedette.errors import VedetteError

Headers = list[tuple[bytes, bytes]]

#: Where every code has its page.
DOCS = "https://vedette.readthedocs.io/errors/"
STATUSES = {
    "access.signed-out": 401,
    "access.bad-key": 401,
    "access.wrong-password": 401,
    "access.forbidden": 403,
    "access.forged": 403,
    "access.foreign-host": 403,
    "access.bad-setup-token": 403,
    "access.not-admitted": 403,
    "access.unknown-user": 404,
    "access.unknown-key": 404,
    "access.taken": 409,
    "access.last-admin": 409,
    "access.too-large": 413,
    "access.too-often": 429,
    "access.provider": 502,
    "store.busy": 503,
}


class Answer(msgspec.Struct, frozen=True):
    """Status, headers and body of an HTTP answer."""

    status: int
    headers: Headers
    body: bytes = b""


def status_of(error: VedetteError, default: int = 400) -> int:
    """Return the HTTP status of an error.

    Examples
    --------
    >>> from vedette.errors import AccessError
    >>> status_of(AccessError("a", "b", "c", code="access.forbidden"))
    403
    """
    return STATUSES.get(error.code, default)


def refusal(error: VedetteError, more: Iterable[tuple[str, str]] = ()) -> Answer:
    """Return the answer that programs get for an error."""
    document = {"error": {**error.to_dict(), "docs": f"{DOCS}{error.code}"}}
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store"), *more]
    if status_of(error) == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    return Answer(status_of(error), encoded(headers), msgspec.json.encode(document))


def redirect(to: str) -> Answer:
    """Return the answer that sends a browser elsewhere on this server."""
    return Answer(303, encoded([("Location", to), ("Cache-Control", "no-store")]))


def sign_in(path: str, query: str) -> Answer:
    """Return the way to the sign-in page and back to where somebody wanted to go."""
    wanted = f"{path}?{query}" if query else path
    return redirect(f"/login?next={quote(wanted, safe='')}")


def encoded(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return headers as ASGI wants them."""
    return [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers]
