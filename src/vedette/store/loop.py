"""The thread that steps the writer, with a clock; everything it decides is in `Writer.step`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from vedette.store.writer import Writer

_LOG = logging.getLogger("vedette.store")
#: Seconds between looks at the spool, and the longest pause after failures.
PAUSE, LONGEST = 0.05, 30.0


class Chore(NamedTuple):
    """Something done now and then on the thread of the writer, while nothing else writes.

    Parameters
    ----------
    act : function
        Called with the time in microseconds.
    every : float
        Seconds between two calls.
    """

    act: Callable[[int], object]
    every: float


class WriterLoop:
    """Steps a writer until it is told to stop; then takes everything that waits, unless the disk refuses."""

    def __init__(self, writer: Writer, chores: Sequence[Chore] = ()) -> None:
        self._writer = writer
        self._stop = threading.Event()
        self._due = {chore: time.monotonic() + chore.every for chore in chores}
        #: Steps that failed in a row; 0 when all is well.
        self.failing = 0
        self._thread = threading.Thread(target=self._run, name="vedette-writer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Take what waits, and end; what is left after `timeout` seconds waits for the next start."""
        self._stop.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.wait(self._pause()):
            self._guarded(lambda: self._writer.step(_now()))
            for chore in [chore for chore, at in self._due.items() if time.monotonic() >= at]:
                self._due[chore] = time.monotonic() + chore.every
                self._guarded(partial(chore.act, _now()))
        while self._guarded(lambda: self._writer.step(_now(), at_once=True)):
            pass

    def _pause(self) -> float:
        return min(PAUSE * 2**self.failing, LONGEST) if self.failing else PAUSE

    def _guarded(self, act: Callable[[], object]) -> object:
        """Do one thing; a failure is logged and slows the loop down, nothing is lost by it."""
        try:
            done = act()
        except Exception:  # noqa: BLE001 -- the loop must outlive whatever went wrong
            self.failing += 1
            _LOG.exception("a step of the writer failed %d times in a row; it is tried again", self.failing)
            return None
        self.failing = 0
        return done


def _now() -> int:
    return time.time_ns() // 1000
