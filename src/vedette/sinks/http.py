"""Requests and replies as plain values, and what a reply means."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

#: Replies after which a second try may help: time-outs, too early, too many.
PASSING = {408, 425, 429}


class Request(NamedTuple):
    """An HTTP request not yet made."""

    method: Literal["POST", "PUT"]
    url: str
    headers: dict[str, str]
    body: bytes


class Response(NamedTuple):
    """A reply: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Outcome(NamedTuple):
    """What became of a message: delivered, to be tried again (after so many seconds, if the receiver said), refused."""

    kind: Literal["delivered", "again", "refused"]
    why: str = ""
    after: float | None = None


def posted(url: str, document: Any, **headers: str) -> Request:
    """Return a POST of a JSON document."""
    body = msgspec.json.encode(document)
    return Request("POST", url, {"Content-Type": "application/json; charset=utf-8", **headers}, body)


def judged(response: Response) -> Outcome:
    """Return the outcome that a status stands for.

    Examples
    --------
    >>> judged(Response(204, {}, b"")).kind, judged(Response(429, {"retry-after": "30"}, b"")).after
    ('delivered', 30.0)
    >>> judged(Response(404, {}, b"no such hook"))
    Outcome(kind='refused', why='HTTP 404: no such hook', after=None)
    """
    if 200 <= response.status < 300:
        return Outcome("delivered")
    why = f"HTTP {response.status}: {response.body[:200].decode('utf-8', 'replace')}".rstrip(": ")
    if response.status in PASSING or response.status >= 500:
        return Outcome("again", why, _seconds(response.headers.get("retry-after")))
    return Outcome("refused", why)


def judged_by_code(response: Response, *names: str, passing: tuple[int, ...] = ()) -> Outcome:
    """Return the outcome for receivers that answer 200 whatever happened and put a code into the body.

    Parameters
    ----------
    names : str
        Keys under which the code may stand; 0 means delivered.
    passing : tuple of int
        Codes after which another try may help (too many messages a minute).
    """
    outcome = judged(response)
    if outcome.kind != "delivered":
        return outcome
    try:
        plain = msgspec.json.decode(response.body)
    except msgspec.DecodeError:
        plain = None
    code = next((plain[n] for n in names if n in plain), None) if isinstance(plain, dict) else None
    if code == 0:
        return outcome
    why = f"The receiver answered {response.body[:200].decode('utf-8', 'replace')}"
    return Outcome("again" if code in passing else "refused", why)


def _seconds(value: str | None) -> float | None:
    try:
        return max(float(value), 0.0) if value is not None else None
    except ValueError:  # a date, which no receiver of ours sends: the usual waiting time is taken
        return None
