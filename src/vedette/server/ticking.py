"""Work that comes round again: a thread for each, that outlives its failures and ends when asked."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

LOG = logging.getLogger("vedette.server")
#: Seconds to wait after a failure, doubled with each further one up to the last.
PAUSE, LONGEST = 1.0, 60.0


def microseconds() -> int:
    """Return the time now, in microseconds since the epoch."""
    return time.time_ns() // 1000


class Ticker:
    """A thread that calls `step` with the time, every so many seconds, until it is stopped.

    Parameters
    ----------
    name : str
        Of the work, in logs and metrics.
    step : callable
        Takes microseconds since the epoch; returns whether there was something to do, in which case it is called
        again at once.
    every : float
        Seconds between calls that found nothing to do.

    Attributes
    ----------
    failures : int
    last : int
        When a step last ended well, in microseconds since the epoch; 0 before the first.
    error : str
        Of the last step; empty where it ended well.
    """

    def __init__(
        self, name: str, step: Callable[[int], object], every: float, clock: Callable[[], int] = microseconds
    ) -> None:
        self.name, self.every = name, every
        self._step, self._clock = step, clock
        self._stop, self._wake = threading.Event(), threading.Event()
        self.failures, self.last, self.error = 0, 0, ""
        self._thread = threading.Thread(target=self._run, name=f"vedette-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Do not wait for the next round."""
        self._wake.set()

    def stop(self, patience: float = 20.0) -> bool:
        """Let the step in progress end and return whether it did in time."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(patience)
        return not self._thread.is_alive()

    def alive(self, now: int, patience: float = 300.0) -> bool:
        """Tell whether the work goes on: its thread runs and ended a step well not long ago."""
        return self._thread.is_alive() and now - self.last < (patience + self.every) * 1e6

    def _run(self) -> None:
        pause = PAUSE
        while not self._stop.is_set():
            self._wake.clear()
            try:
                busy = self._step(self._clock())
            except Exception as error:
                self.failures += 1
                self.error = f"{type(error).__name__}: {error}"
                LOG.exception("%s failed; it is tried again in %.0f s", self.name, pause)
                self._stop.wait(pause)
                pause = min(2 * pause, LONGEST)
                continue
            pause, self.last, self.error = PAUSE, self._clock(), ""
            if busy is not True:
                self._wake.wait(self.every)
