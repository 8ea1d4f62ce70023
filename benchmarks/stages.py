"""How long the parts of one run took. Standard library only: every peer's environment imports it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version


class Stages:
    """Wall seconds by name; ``call`` is the work that is compared, whatever it is made of.

    A stage named ``call: drift`` counts into the call and is kept apart as well.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time a block."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def report(self, distribution: str, **facts: object) -> None:
        """Print the times, the version measured and other facts as one line of JSON, the last of the run."""
        call = sum(taken for name, taken in self.seconds.items() if name.startswith("call"))
        parts = {name: round(taken, 4) for name, taken in self.seconds.items()}
        line = {
            "version": version(distribution),
            "import_s": parts.get("import"),
            "read_s": parts.get("read"),
            "call_s": round(call, 4),
            "stages": parts,
            **facts,
        }
        print("\n" + json.dumps(line), flush=True)
