"""One thread a process for all its loggers: started by the first row, gone with the process, new after a fork."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
import threading
import time

from vedette.logger.pipeline import Pipeline

#: Seconds between two rounds, and those that the end of a process may take.
ROUND, EXIT = 1.0, 2.0


class Worker:
    """The thread that builds and sends for every logger."""

    def __init__(self) -> None:
        self.pipelines: list[Pipeline] = []
        self._paused: list[threading.Lock] = []
        self._fresh()
        atexit.register(self.leave)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self.pause, after_in_parent=self.resume, after_in_child=self.reborn)

    def _fresh(self) -> None:
        self._event, self._lock = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None

    def serve(self, pipeline: Pipeline) -> None:
        """Take on a logger."""
        with self._lock:
            self.pipelines = [*(p for p in self.pipelines if not p.closed), pipeline]

    def wake(self) -> None:
        """Start the thread, or let it look at once."""
        if self._thread is None:
            self._start()
        self._event.set()

    def leave(self) -> None:
        """At the end of the process: all rows to disk, within two seconds in all."""
        deadline = time.monotonic() + EXIT
        for pipeline in self.pipelines:
            with contextlib.suppress(Exception):  # one that fails at the exit takes nothing from the others
                pipeline.leave(deadline)

    def pause(self) -> None:
        """Before a fork: let no thread be in the middle of building, where it holds Arrow's locks."""
        for pipeline in self.pipelines:
            if pipeline.building.acquire(timeout=1.0):
                self._paused.append(pipeline.building)

    def resume(self) -> None:
        """After a fork, in the parent: go on."""
        while self._paused:
            self._paused.pop().release()

    def reborn(self) -> None:
        """After a fork, in the child: no thread, no rows, other names."""
        self._paused.clear()
        self._fresh()
        for pipeline in self.pipelines:
            pipeline.reborn()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="vedette", daemon=True)
            with contextlib.suppress(RuntimeError):  # the interpreter is ending: `leave` does the work
                thread.start()
                self._thread = thread
        # Children of multiprocessing end without `atexit`, and forget what was registered before they began.
        finalizers = sys.modules.get("multiprocessing.util")
        if finalizers is not None:
            finalizers.Finalize(None, self.leave, exitpriority=0)

    def _run(self) -> None:
        while True:
            self._event.wait(self._wait())
            self._event.clear()
            for pipeline in self.pipelines:
                try:
                    pipeline.step(self._build_all)
                except Exception as error:
                    pipeline.outbox.error = f"{type(error).__name__}: {error}"
                    logging.getLogger("vedette").debug("logger of %s", pipeline.settings.model, exc_info=True)
            with self._lock:
                self.pipelines = [p for p in self.pipelines if not p.closed]

    def _build_all(self) -> None:
        """While an answer is waited for: no queue is to overflow."""
        for pipeline in self.pipelines:
            pipeline.build()

    def _wait(self) -> float:
        now = time.monotonic()
        waits = [p.backoff.wait(now) or ROUND for p in self.pipelines if p.outbox.waiting]
        return min([ROUND, *(p.settings.interval for p in self.pipelines), *waits])


_worker: Worker | None = None
_made = threading.Lock()


def the_worker() -> Worker:
    """Return the process's worker."""
    global _worker  # noqa: PLW0603 - one a process is the point
    with _made:
        if _worker is None:
            _worker = Worker()
        return _worker
