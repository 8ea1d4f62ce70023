"""A server started by a command: a process of its own, asked until it answers, until it has judged everything."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vedette.errors import DataError

#: Seconds that a server may take to answer for the first time, and without anything new to judge.
STARTING, STALLED = 60.0, 120.0


class Served:
    """A server process on this machine.

    Parameters
    ----------
    home : Path
    port : int
        0 takes a free one.
    options : str
        Further options of ``vedette serve``.
    """

    def __init__(self, home: Path, port: int = 0, options: Sequence[str] = ()) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home.parent / "server.log"
        home.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "vedette.cli.main",
            "serve",
            "--home",
            str(home),
            "--port",
            str(self.port),
        ]
        with self.log.open("ab") as log:
            # Of a session of its own: it goes on when the command that started it has ended.
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--log", "json", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def until_ready(self) -> None:
        """Wait for its first answer.

        Raises
        ------
        DataError
            It ended, or does not answer (``demo.no-server``).
        """
        end = time.monotonic() + STARTING
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.ask("/health")
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise unanswered(self.url, self.log)

    def until_judged(self, model: str, through: int, tell: Callable[[int], object]) -> bool:
        """Wait until the windows of a model are closed up to an instant (microseconds); whether they are.

        A server that judges nothing new for two minutes is waited for no longer.
        """
        seen, since = -1, time.monotonic()
        while time.monotonic() - since < STALLED:
            closed = [w for w in self.ask(f"/v1/models/{model}/windows") if w["closed"]]
            if len(closed) != seen:
                seen, since = len(closed), time.monotonic()
                tell(seen)
            if closed and closed[-1]["end"] >= through:
                return True
            time.sleep(0.5)
        return False

    def ask(self, path: str) -> Any:
        """Return the answer to a GET."""
        with urllib.request.urlopen(self.url + path, timeout=60) as reply:  # noqa: S310 - our own address
            return json.load(reply)

    def stop(self) -> None:
        """End it and wait until it has."""
        self.process.terminate()
        self.process.wait()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def unanswered(url: str, log: Path) -> DataError:
    """Return the error of a server that does not answer."""
    return DataError(
        f"The server does not answer at {url}",
        "An answer within a minute",
        f"Read {log}; another server may have the home, see `vedette serve`",
        code="demo.no-server",
    )
