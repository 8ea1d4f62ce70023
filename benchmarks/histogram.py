"""Nanoseconds a value to find one of 200 bins: binary search against the floating grid.

Run: ``python benchmarks/histogram.py``
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from vedette.binning import Binning

ROWS = 65_536


def main() -> None:
    """Print both for several laws."""
    rng = np.random.default_rng(0)
    laws = {
        "normal": rng.normal(size=ROWS),
        "lognormal": rng.lognormal(size=ROWS),
        "uniform": rng.uniform(size=ROWS),
        "integers 0-99": rng.integers(0, 100, ROWS).astype(float),
        "far from zero": 1e6 + rng.normal(size=ROWS),
    }
    print("| law | bins | search + count, ns | grid + count, ns | ratio |\n|---|---|---|---|---|")
    for name, values in laws.items():
        binning = Binning.fit(values)
        edges = binning.edges
        slow = best(lambda edges=edges, x=values: np.bincount(np.searchsorted(edges, x, side="right")))
        fast = best(lambda b=binning, x=values: np.bincount(b.find(x), minlength=b.size))
        print(f"| {name} | {binning.size - 1} | {slow:.1f} | {fast:.1f} | {slow / fast:.0f} |")


def best(work: Callable[[], object], times: int = 40) -> float:
    """Return the least time of several, in nanoseconds a value."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found) / ROWS * 1e9


if __name__ == "__main__":
    main()
