"""A message, and receivers on this machine that keep what they are sent."""

import http.client
from urllib.parse import urlsplit

import pytest

from vedette.sinks.base import Fact, Message
from vedette.sinks.http import Request, Response
from vedette.testing.receiver import Receiver

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e527defc0000000049454e44ae426082"
)


@pytest.fixture
def message():
    return Message(
        key="i-42",
        level="act",
        level_word="处理",
        model="flights",
        version="7",
        title="Recall on carrier = *MQ* fell <from> .71 to .58 & stays",
        text="Cause: dep_delay is missing in 31 % of rows.",
        facts=(Fact("Effect", "−13 points (−15 to −11)"), Fact("证据", "1 in 10 000")),
        url="https://vedette.example/incidents/42",
        since=1_700_000_000_000_000,
        at=1_700_000_360_000_000,
        picture=PIXEL,
    )


@pytest.fixture
def receiver():
    with Receiver() as found:
        yield found


def made(request: Request) -> Response:
    """Make a request as it stands."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=5)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection.request(request.method, target or "/", request.body, request.headers)
    reply = connection.getresponse()
    found = Response(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
    connection.close()
    return found


@pytest.fixture
def send():
    return made
