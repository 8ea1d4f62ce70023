"""Names that are never given twice: of rows (UUID version 7) and of the process that logs them."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import socket
import time
from collections.abc import Callable
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SOURCES = itertools.count()


def id_maker() -> Callable[[int], str]:
    """Return a maker of UUIDs of version 7 from nanoseconds since the epoch: sorted by time, unique by process.

    Fifty random bits are drawn once and 24 bits count, so that a name costs no call to the system. A process that
    forks must take a new maker.
    """
    middle = f"-7{secrets.token_hex(2)[1:]}-{8 + secrets.randbelow(4):x}{secrets.token_hex(2)[1:]}-"
    salt = middle + secrets.token_hex(3)
    numbers = itertools.count(secrets.randbelow(1 << 20))

    last, prefix = -1, ""

    def make(now: int) -> str:
        nonlocal last, prefix
        milliseconds = now // 1_000_000
        if milliseconds != last:  # a thread that comes in between takes a prefix that is a millisecond old
            prefix = f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}{salt}"
            last = milliseconds
        return f"{prefix}{next(numbers) & 0xFFFFFF:06x}"

    return make


def source_id() -> str:
    """Return ``host.boot.pid.start``: the name of one logger of one process of one boot of one machine."""
    host = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40] or "host"
    return f"{host}.{_boot()}.{os.getpid()}.{time.time_ns() + next(_SOURCES)}"


def _boot() -> str:
    try:
        return _BOOT.read_text("ascii")[:8]
    except OSError:  # not Linux
        return "boot"
