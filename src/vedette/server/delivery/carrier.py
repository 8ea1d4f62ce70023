"""Making the requests of a message, one sink at a time."""

from __future__ import annotations

import httpx

from vedette.errors import VedetteError
from vedette.sinks.base import Message, Sink
from vedette.sinks.email import Email
from vedette.sinks.http import Outcome, Request, Response

#: Seconds a receiver may take.
PATIENCE = 15.0
#: Bytes of a reply that are read.
REPLY = 65_536


def carry(sink: Sink, message: Message, client: httpx.Client) -> Outcome:
    """Send a message and return what became of it; never raises for what a receiver or a network does.

    A message of several requests stops at the first that does not arrive, and is told again from the first.
    """
    if isinstance(sink, Email):
        return sink.deliver(message, PATIENCE)
    try:
        requests = sink.requests(message)
    except VedetteError as error:  # a secret that is not set: trying again may help once it is
        return Outcome("again", str(error))
    for request in requests:
        outcome = _made(sink, request, client)
        if outcome.kind != "delivered":
            return outcome
    return Outcome("delivered")


def _made(sink: Sink, request: Request, client: httpx.Client) -> Outcome:
    try:
        with client.stream(
            request.method, request.url, headers=request.headers, content=request.body, timeout=PATIENCE
        ) as reply:
            body = b""
            for part in reply.iter_bytes():
                body += part
                if len(body) > REPLY:
                    break
            headers = {key.lower(): value for key, value in reply.headers.items()}
            return sink.outcome(Response(reply.status_code, headers, body))
    except VedetteError as error:  # an address that must not be called
        return Outcome("refused", str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        return Outcome("again", f"{type(error).__name__}: {error}")
