"""A vedette server as the target: one connection that is kept, and deadlines that hold against a slow peer.

The standard library's client is used because it is all that is needed (one thread, one connection, one kind of
request), it brings no package to the program that logs, and its socket can be read with a deadline of our own.
"""

from __future__ import annotations

import email.utils
import io
import os
import ssl
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from vedette.logger.reply import Reply
from vedette.logger.segment import PROFILES, Segment

#: Answers below 500 that are worth another attempt.
AGAIN = {408, 425, 429}
#: Seconds to connect, and between two looks at other work while an answer is waited for.
CONNECT, LOOK = 3.0, 0.1
#: A pause longer than an hour that a server asks for is taken for an error of its clock.
LONGEST_PAUSE = 3600.0
#: Connections of parents, in children.
_LEFT: list[HTTPConnection] = []
#: More of an answer than this is not read.
ANSWER = 1 << 20


class Service:
    """Poster of segments to ``<address>/v1/models/<model>/<kind>``.

    Parameters
    ----------
    address : str
    model : str
    key : str or None
    timeout : float
        Seconds that one request may take in all, however slowly the answer drips.
    """

    def __init__(self, address: str, model: str, key: str | None, timeout: float) -> None:
        parts = urlsplit(address)
        self._secure, self._host, self._port = parts.scheme == "https", parts.hostname or "", parts.port
        self._path = f"{parts.path.rstrip('/')}/v1/models/{quote(model, safe='')}"
        self._key, self._timeout = key, timeout
        self._connection: HTTPConnection | None = None

    def post(self, segment: Segment, meanwhile: Callable[[], None]) -> Reply:
        """Send a segment; a kept connection that the server closed meanwhile is opened once more."""
        try:
            wire = segment.read()
        except OSError as error:
            return Reply("refused", f"the segment cannot be read: {error}")
        kept = self._connection is not None
        reply = self._attempt(segment, wire, meanwhile)
        return self._attempt(segment, wire, meanwhile) if kept and reply.why.startswith("closed:") else reply

    def close(self, *, forked: bool = False) -> None:
        """Close the connection; a child only closes its copy, without a word to the server."""
        if self._connection is not None and forked:
            # Its reader may be locked by a thread that the child does not have: it is neither closed nor freed.
            _LEFT.append(self._connection)
            if self._connection.sock is not None:
                os.close(self._connection.sock.detach())
        elif self._connection is not None:
            self._connection.close()
        self._connection = None

    def _attempt(self, segment: Segment, wire: bytes, meanwhile: Callable[[], None]) -> Reply:
        deadline = time.monotonic() + self._timeout
        try:
            connection = self._opened()
            connection.response_class = _answer_before(deadline, meanwhile)  # type: ignore[assignment]
            connection.request("POST", f"{self._path}/{segment.kind}", wire, self._headers(segment))
            answer = connection.getresponse()
            body = answer.read(ANSWER)
            if answer.will_close or answer.length:
                self.close()
        except (ConnectionResetError, BrokenPipeError) as error:
            self.close()
            return Reply("later", f"closed: {error}")
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            return Reply("later", f"{type(error).__name__}: {error}")
        return _read(answer, body)

    def _opened(self) -> HTTPConnection:
        if self._connection is None:
            seconds = min(CONNECT, self._timeout)
            if self._secure:
                context = ssl.create_default_context()
                made: HTTPConnection = HTTPSConnection(
                    self._host, self._port, timeout=seconds, context=context
                )
            else:
                made = HTTPConnection(self._host, self._port, timeout=seconds)
            made.connect()
            self._connection = made
        # Also bounds the sending of the body, as a whole.
        self._connection.sock.settimeout(self._timeout)
        return self._connection

    def _headers(self, segment: Segment) -> dict[str, str]:
        kind = "application/msgpack" if segment.kind == PROFILES else "application/vnd.apache.arrow.stream"
        headers = {"Content-Type": kind, "Idempotency-Key": segment.key, "User-Agent": "vedette"}
        return headers if self._key is None else {**headers, "Authorization": f"Bearer {self._key}"}


class _Patient(io.RawIOBase):
    """Reads a socket in short looks until a deadline, so that neither silence nor a drip holds the worker."""

    def __init__(self, sock: Any, deadline: float, meanwhile: Callable[[], None]) -> None:
        self._sock, self._deadline, self._meanwhile = sock, deadline, meanwhile
        sock.settimeout(LOOK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if time.monotonic() > self._deadline:
                raise TimeoutError("no whole answer in time")
            try:
                return int(self._sock.recv_into(buffer))
            except TimeoutError:
                self._meanwhile()


def _answer_before(deadline: float, meanwhile: Callable[[], None]) -> Callable[..., HTTPResponse]:
    def make(sock: Any, *arguments: Any, **options: Any) -> HTTPResponse:
        answer = HTTPResponse(sock, *arguments, **options)
        answer.fp.close()
        answer.fp = io.BufferedReader(_Patient(sock, deadline, meanwhile))
        return answer

    return make


def _read(answer: HTTPResponse, body: bytes) -> Reply:
    status = answer.status
    if 200 <= status < 300:
        said = _taken(body)
        return Reply("taken", "", None, said.quarantined, said.duplicate)
    why = f"{status} {answer.reason}: {body[:500].decode('utf-8', 'replace')}"
    if 400 <= status < 500 and status not in AGAIN:
        return Reply("refused", why)
    return Reply("later", why, pause(answer.headers.get("Retry-After")))


class _Said(msgspec.Struct):
    quarantined: int = 0
    duplicate: bool = False


def _taken(body: bytes) -> _Said:
    try:
        return msgspec.json.decode(body, type=_Said)
    except msgspec.MsgspecError:
        return _Said()


def pause(asked: str | None) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or a date; None without a usable one.

    Examples
    --------
    >>> pause("7")
    7.0
    """
    if asked is None:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(asked).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return seconds if 0 < seconds <= LONGEST_PAUSE else None
