"""What one pass over a file leaves, and the numbers that follow from it.

Both hand-written scans fill `Counts`; everything a report shows is arithmetic on two of them, so that the
scans differ in nothing but how they read and count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from columns import NUMBERS, SCORE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MEASURED = (*NUMBERS, SCORE)
BINS = 64
SCORE_BINS = 4096
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# 64 equal-mass bins serve distances, and misread p99 of a column whose tail moved: these edges hold it.
TAILS = (0.001, 0.0025, 0.005, 0.01, 0.99, 0.995, 0.9975, 0.999)
# A bin that one side left empty must not make PSI infinite.
FLOOR = 1e-6


@dataclass(frozen=True)
class Edges:
    """Inner edges of one number's histogram, and which of its bins make up each equal-mass bin."""

    values: Floats
    group: Integers

    @classmethod
    def fit(cls, reference: Floats) -> Edges:
        """Reference quantiles: 63 equal-mass edges and eight in the tails."""
        mass = np.unique(np.quantile(reference, np.arange(1, BINS) / BINS))
        values = np.union1d(mass, np.quantile(reference, TAILS))
        lower = np.concatenate(([-np.inf], values))
        return cls(values, np.searchsorted(mass, lower, side="right"))


@dataclass
class Number:
    """Moments and histogram of one numeric column."""

    histogram: Integers
    n: int = 0
    nulls: int = 0
    low: float = math.inf
    high: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0

    def merge(self, other: Number) -> None:
        """Add another part's counts (Chan, Golub and LeVeque 1979 for the sum of squares)."""
        together = self.n + other.n
        if together:
            apart = other.mean - self.mean
            self.squares += other.squares + apart * apart * self.n * other.n / together
            self.mean += apart * other.n / together
        self.n = together
        self.nulls += other.nulls
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        self.histogram = self.histogram + other.histogram


@dataclass
class Counts:
    """Everything counted in one file.

    ``cells`` counts rows by (segment, prediction, score bin, label); ``loss`` sums the log loss by segment.
    """

    numbers: dict[str, Number]
    categories: dict[str, dict[str, int]]
    segments: list[str] = field(default_factory=list)
    cells: Integers = field(default_factory=lambda: np.zeros((0, 2, SCORE_BINS, 2), np.int64))
    loss: Floats = field(default_factory=lambda: np.zeros(0))
    rows: int = 0
    duplicates: int = 0


def distances(reference: Integers, current: Integers) -> dict[str, float]:
    """PSI, Jensen-Shannon distance and Kolmogorov-Smirnov over two histograms with the same bins."""
    p, q = reference / max(reference.sum(), 1), current / max(current.sum(), 1)
    pf, qf = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    middle = (pf + qf) / 2
    js = ((pf * np.log2(pf / middle)).sum() + (qf * np.log2(qf / middle)).sum()) / 2
    return {
        "psi": float(((qf - pf) * np.log(qf / pf)).sum()),
        "js": math.sqrt(max(0.0, float(js))),
        "ks": float(np.abs(np.cumsum(p) - np.cumsum(q)).max()),
    }


def quantiles(edges: Edges, number: Number) -> list[float]:
    """Quantiles interpolated in the histogram; wrong where a tail grew past the reference's last edge."""
    positions = np.concatenate(([number.low], edges.values, [number.high]))
    mass = np.concatenate(([0], np.cumsum(number.histogram))) / max(number.n, 1)
    return [float(value) for value in np.interp(QUANTILES, mass, positions)]


def classification(cells: Integers, loss: float) -> dict[str, float]:
    """Six metrics; ROC AUC is from the score bins, where ties count half."""
    (tn, fn), (fp, tp) = cells.sum(axis=1)
    rows = int(cells.sum())
    negative, positive = cells.sum(axis=0).T
    below = np.cumsum(negative) - negative / 2
    return {
        "accuracy": float((tp + tn) / max(rows, 1)),
        "precision": float(tp / max(tp + fp, 1)),
        "recall": float(tp / max(tp + fn, 1)),
        "f1": float(2 * tp / max(2 * tp + fp + fn, 1)),
        "log_loss": loss / max(rows, 1),
        "roc_auc": float((positive * below).sum() / max(int(positive.sum()) * int(negative.sum()), 1)),
    }


def _number(edges: Edges, reference: Number, current: Number) -> dict[str, object]:
    """One numeric column of the report."""
    bins = [np.bincount(edges.group, weights=side.histogram, minlength=BINS) for side in (reference, current)]
    return {
        "n": current.n,
        "nulls": current.nulls,
        "min": current.low,
        "max": current.high,
        "mean": current.mean,
        "std": math.sqrt(current.squares / max(current.n - 1, 1)),
        "quantiles": quantiles(edges, current),
        **distances(*bins),
    }


def _category(reference: Mapping[str, int], current: Mapping[str, int]) -> dict[str, object]:
    """One categorical column of the report."""
    values = sorted(reference.keys() | current.keys())
    sides = [np.array([side.get(value, 0) for value in values]) for side in (reference, current)]
    return {"n": sum(current.values()), "distinct": len(current), **distances(*sides)}


def answers(edges: Mapping[str, Edges], reference: Counts, current: Counts) -> dict[str, object]:
    """Whole report: every column, the duplicates, the metrics over all rows and in every segment."""
    columns = {
        name: _number(edges[name], reference.numbers[name], current.numbers[name]) for name in MEASURED
    }
    columns |= {
        name: _category(reference.categories[name], current.categories[name]) for name in current.categories
    }
    return {
        "rows": current.rows,
        "duplicates": current.duplicates,
        "columns": columns,
        "classification": classification(current.cells.sum(axis=0), float(current.loss.sum())),
        "segments": {
            segment: classification(current.cells[i], float(current.loss[i]))
            for i, segment in enumerate(current.segments)
        },
    }
