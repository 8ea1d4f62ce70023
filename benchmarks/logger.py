"""What logging one row costs its caller: vedette beside a bare queue, a Prometheus counter and whylogs.

    python benchmarks/logger.py                    # -> results/logger.csv
    python benchmarks/logger.py --pause 0 --calls 200000

Each way runs in a fresh process. A caller that logs without a pause fights its own worker for the interpreter; the
default leaves 20 microseconds between two calls, 50 000 calls a second.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import sys
from pathlib import Path

import cache
import peers
from caller import PERCENTILES, WAYS
from compare import processor
from measure import Limits, Run, measure

FIELDS = ["way", "version", "calls", "pause_us", "repeat", *PERCENTILES, "failure", "cpu", "cores", "python"]
LIMITS = Limits(seconds=180, memory_mb=8000)
#: A peer this slow needs fewer calls for the same percentiles.
SLOW = {"whylogs": 20}


def interpreter(way: str, root: Path) -> Path:
    """Interpreter that has what a way needs."""
    return peers.python(peers.environment(root, "whylogs")) if way == "whylogs" else Path(sys.executable)


def timed(way: str, calls: int, pause: float, root: Path) -> Run:
    """Run one way in its own process."""
    python = interpreter(way, root)
    if not python.exists():
        return Run(0.0, 0.0, 0.0, "not installed: python benchmarks/peers.py install whylogs", {})
    script = str(cache.BENCHMARKS / "caller.py")
    command = [str(python), script, way, "--calls", str(calls), "--pause", str(pause)]
    return measure(command, LIMITS, {"PYTHONPATH": str(cache.BENCHMARKS)})


def main() -> None:
    """Time every way, print the table, write the rows."""
    asked = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    cache.add_argument(asked)
    asked.add_argument("--calls", type=int, default=100_000)
    asked.add_argument("--pause", type=float, default=20.0, metavar="MICROSECONDS")
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--out", type=Path, default=cache.BENCHMARKS / "results" / "logger.csv")
    given = asked.parse_args()
    rows = []
    print(f"{'microseconds a call':24}{'p50':>10}{'p99':>10}{'p99.9':>10}")
    for repeat in range(1, given.repeat + 1):
        for way in WAYS:
            calls = given.calls // SLOW.get(way, 1)
            run = timed(way, calls, given.pause, given.data)
            said = run.printed
            numbers = {name: round(said[name], 3) if name in said else "" for name in PERCENTILES}
            print(f"{way:24}{run.failure}" if run.failure else line(way, said), flush=True)
            machine = {"cpu": processor(), "cores": os.cpu_count(), "python": platform.python_version()}
            row = {"way": way, "version": said.get("version", ""), "calls": calls, "pause_us": given.pause}
            rows.append({**row, "repeat": repeat, **numbers, "failure": run.failure, **machine})
    given.out.parent.mkdir(parents=True, exist_ok=True)
    with given.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)


def line(way: str, said: dict[str, float]) -> str:
    """One line of the table."""
    return f"{way:24}{said['p50_us']:10.2f}{said['p99_us']:10.2f}{said['p999_us']:10.2f}"


if __name__ == "__main__":
    main()
