"""One way to log a row of 20 features, timed on the caller; prints its percentiles as a line of JSON.

python benchmarks/caller.py vedette-folder --calls 100000 --pause 20
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROW = {**{f"x{i}": 0.5 + i for i in range(15)}, **{f"c{i}": "abc"[i % 3] for i in range(5)}}
PERCENTILES = {"p50_us": 0.50, "p99_us": 0.99, "p999_us": 0.999, "max_us": 1.0}
Log = Callable[[dict[str, Any]], Any]
#: What is called for each row, what ends it, and what it says of itself.
Way = tuple[Log, Callable[[], Any], str]


def append(folder: Path) -> Way:
    """The floor: a bounded queue and nothing behind it."""
    return deque[dict[str, Any]](maxlen=100_000).append, lambda: None, ""


def prometheus(folder: Path) -> Way:
    """One counter with two labels: the model and the version, no features at all."""
    from importlib.metadata import version

    import prometheus_client

    counter = prometheus_client.Counter("predictions", "Predictions", ["model", "version"])
    return (
        lambda _: counter.labels("flights", "v1").inc(),
        lambda: None,
        version("prometheus-client"),
    )


def vedette_folder(folder: Path) -> Way:
    """Rows to a local folder, default settings."""
    return _vedette(str(folder / "logs"), folder)


def vedette_down(folder: Path) -> Way:
    """Rows for a server that does not answer: all are spooled."""
    return _vedette("http://127.0.0.1:9", folder)


def _vedette(target: str, folder: Path) -> Way:
    import vedette as vd

    log = vd.Logger(
        target, "flights", version="v1", spool=folder / "spool", max_rows=1_000_000, max_bytes=1 << 32
    )

    def end() -> None:
        log.flush(60 if not target.startswith("http") else 3)
        counts = log.counts
        assert counts.logged == counts.sent + counts.spooled + counts.queued + counts.lost
        assert not counts.lost, counts
        log.close(0.5)

    return lambda row: log.prediction(features=row, score=0.5), end, vd.__version__


def whylogs(folder: Path) -> Way:
    """One profile that each row is added to."""
    os.environ["WHYLOGS_NO_ANALYTICS"] = "True"  # measured without its telemetry
    import whylogs as why
    from whylogs.core import DatasetProfile

    profile = DatasetProfile()
    return lambda row: profile.track(row=row), lambda: None, why.__version__


WAYS = {
    "deque-append": append,
    "prometheus-counter": prometheus,
    "vedette-folder": vedette_folder,
    "vedette-server-down": vedette_down,
    "whylogs": whylogs,
}


def time_calls(log: Log, calls: int, pause: float) -> list[int]:
    """Return nanoseconds of each call; between two calls the caller works for `pause` microseconds."""
    clock, took = time.perf_counter_ns, [0] * calls
    for i in range(calls):
        start = clock()
        log(ROW)
        end = clock()
        took[i] = end - start
        rest = end + int(pause * 1000)
        while pause and clock() < rest:
            pass
    return took


def main() -> None:
    """Time one way."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("way", choices=WAYS)
    asked.add_argument("--calls", type=int, default=100_000)
    asked.add_argument("--pause", type=float, default=20.0, metavar="MICROSECONDS")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log, end, version = WAYS[given.way](Path(folder))
        time_calls(log, 1000, given.pause)  # the first calls start threads and fill caches
        took = sorted(time_calls(log, given.calls, given.pause))
        end()
    found = {name: took[min(int(q * given.calls), given.calls - 1)] / 1000 for name, q in PERCENTILES.items()}
    print(json.dumps({"version": version, **found}))


if __name__ == "__main__":
    main()
