"""A receiver of messages on this machine that keeps every request and answers what it is told to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Received(NamedTuple):
    """A request: path with query, headers with lower-case names, body."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """An HTTP server on 127.0.0.1, for the length of a ``with``.

    Attributes
    ----------
    requests : list of Received
    reply : tuple of (status, body, headers)
        What it answers from now on.

    Examples
    --------
    >>> import urllib.request
    >>> with Receiver() as receiver:
    ...     _ = urllib.request.urlopen(receiver.url + "/hook", b"{}").read()
    >>> receiver.requests[0].path, receiver.requests[0].body
    ('/hook', b'{}')
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.reply: tuple[int, bytes, dict[str, str]] = (200, b"ok", {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Received(self.path, headers, body))
            status, text, more = receiver.reply
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: Any) -> None:
            """Say nothing: a test reads what arrived."""

    return Handler
