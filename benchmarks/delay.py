"""Windows until a shift or a fall of accuracy is seen, under a promise of one false alarm in 1000 windows.

Normal values in ten bins of equal mass, or labels of a model that is right in nine of ten; a reference of 10 000 rows,
windows of 500. Run:
``python benchmarks/delay.py``
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy.special import ndtr, ndtri

from vedette.evidence.detector import Detector
from vedette.evidence.laws import Stream
from vedette.evidence.risk import Risk

EDGES = ndtri(np.arange(1, 10) / 10)
THRESHOLD = np.log(1000)
HORIZON = 60


def main() -> None:
    """Print the median delay of each change, and the cost of a step of a thousand columns and of segments."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seeds", type=int, default=60)
    seeds = asked.parse_args().seeds
    print("| change in one column | columns | median delay, windows | found within 60 |\n|---|--:|--:|--:|")
    cases = [(shift, 1.0, 1) for shift in (0.1, 0.16, 0.25, 0.4)] + [(0.0, 1.1, 1), (0.16, 1.0, 20)]
    for shift, spread, columns in cases:
        delays = [delay(shares(shift, spread), columns, seed) for seed in range(seeds)]
        found = np.mean(np.isfinite(delays))
        name = f"mean + {shift} sd" if shift else f"sd × {spread}"
        print(f"| {name} | {columns} | {np.median(delays):.3g} | {found:.0%} |")
    print("\n| fall of accuracy | streams | median delay, windows | found within 60 |\n|---|--:|--:|--:|")
    for drop, beside in ((0.01, 0), (0.02, 0), (0.05, 0), (0.02, 39), (0.05, 39)):
        delays = [fall(drop, beside, seed) for seed in range(seeds)]
        found = np.mean(np.isfinite(delays))
        print(f"| {100 * drop:.0f} points | {beside + 1} | {np.median(delays):.3g} | {found:.0%} |")
    print(f"\n1000 columns, one window: {1000 * step(1000):.0f} ms")


def shares(shift: float = 0.0, spread: float = 1.0) -> np.ndarray:
    """Return the shares of the bins, the last one (missing) empty."""
    below = ndtr((EDGES - shift) / spread)
    return np.append(np.diff(np.concatenate(([0], below, [1]))), 0.0)


def draw(rng: np.random.Generator, law: np.ndarray, rows: int) -> np.ndarray:
    """Return the counts of a window."""
    return rng.multinomial(rows, law).astype(float)


def delay(moved: np.ndarray, columns: int, seed: int) -> float:
    """Return the windows until the alarm, infinite when none comes."""
    rng, still = np.random.default_rng(seed), shares()
    detector = Detector([Stream(draw(rng, still, 10_000)[None]) for _ in range(columns)])
    for window in range(1, HORIZON + 1):
        counts = np.stack([draw(rng, moved if column == 0 else still, 500) for column in range(columns)])
        if detector.step(counts).family >= THRESHOLD:
            return window
    return np.inf


def fall(drop: float, beside: int, seed: int) -> float:
    """Return the windows until a fall of accuracy from .9 is seen, beside other streams that stay."""
    rng = np.random.default_rng(seed)
    wrong = rng.binomial(10_000, 0.1, beside + 1).astype(float)
    counts = np.stack((wrong, 10_000 - wrong), axis=1)
    detector = Detector([Risk(c[None], np.array([1.0, 0.0])) for c in counts])
    rates = np.append(0.1 + drop, np.full(beside, 0.1))
    for window in range(1, HORIZON + 1):
        wrong = rng.binomial(500, rates).astype(float)
        if detector.step(np.stack((wrong, 500 - wrong), axis=1)).family >= THRESHOLD:
            return window
    return np.inf


def step(columns: int) -> float:
    """Return the least seconds of a few steps."""
    rng, still = np.random.default_rng(0), shares()
    detector = Detector([Stream(draw(rng, still, 10_000)[None]) for _ in range(columns)])
    counts = rng.multinomial(500, still, columns).astype(float)
    found = []
    for _ in range(5):
        start = time.perf_counter()
        detector.step(counts)
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    main()
