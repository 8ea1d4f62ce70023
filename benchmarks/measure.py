"""One command in a fresh process: seconds, peak memory, its last line of JSON, or why it failed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The kernel counts in KiB on Linux and in bytes on macOS.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
WATCH_S = 0.2


@dataclass(frozen=True)
class Limits:
    """When a run is killed."""

    seconds: float
    memory_mb: float


@dataclass(frozen=True)
class Run:
    """What one process took. ``failure`` is empty when it ended well; ``printed`` is its line of JSON."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    failure: str
    printed: dict[str, Any]


class Watch(threading.Thread):
    """Kills the process group that runs too long or grows too big, and remembers why."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        super().__init__(daemon=True)
        self.process, self.limits = process, limits
        self.ended = threading.Event()
        self.reason = ""

    def run(self) -> None:
        """Look at the process five times a second."""
        deadline = time.monotonic() + self.limits.seconds
        while not self.ended.wait(WATCH_S):
            if time.monotonic() > deadline:
                self.reason = f"killed after {self.limits.seconds:.0f} s"
            elif resident_mb(self.process.pid) > self.limits.memory_mb:
                self.reason = f"killed above {self.limits.memory_mb:,.0f} MB"
            if self.reason:
                os.killpg(self.process.pid, signal.SIGKILL)
                return


def resident_mb(pid: int) -> float:
    """Resident memory of a running process now; 0 where the kernel has no ``/proc``."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def last_json(text: str) -> dict[str, Any]:
    """Last line that is a JSON object; empty when there is none."""
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            try:
                found = json.loads(line)
            except ValueError:
                continue
            return found if isinstance(found, dict) else {}
    return {}


def last_line(text: str) -> str:
    """Last line with words in it: of a traceback, the error."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no message")


def measure(command: Sequence[str], limits: Limits, environment: Mapping[str, str]) -> Run:
    """Run the command and measure this one child (``RUSAGE_CHILDREN`` would add up all of them)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, start_new_session=True, env={**os.environ, **environment}
        )
        watch = Watch(process, limits)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        watch.ended.set()
        watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        printed, complaint = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    failure = watch.reason
    if process.returncode and not failure:
        failure = f"exit {process.returncode}: {last_line(complaint)}"
    return Run(
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * RSS_UNIT / 1e6,
        failure,
        {} if failure else last_json(printed),
    )
