"""The rules that need no library: tests of each window with a correction, and fixed limits of a distance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import stats

#: Bins of the population stability index.
BINS = 10


def columns(table: pa.Table) -> list[str]:
    """Return the names of the columns looked at."""
    return [name for name in table.column_names if name not in ("time", "window")]


def cut(values: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
    """Return the values of every window."""
    return np.split(values, starts[1:])


def starts_of(current: pa.Table) -> np.ndarray:
    """Return the first row of every window."""
    return np.flatnonzero(np.diff(current.column("window").to_numpy(), prepend=-1))


def p_values(reference: pa.Table, current: pa.Table) -> np.ndarray:
    """Return Kolmogorov–Smirnov's p of numbers and chi-square's of categories, shape (windows, columns)."""
    starts = starts_of(current)
    found = []
    for name in columns(current):
        before, now = (t.column(name).to_numpy(zero_copy_only=False) for t in (reference, current))
        test = _chi_square if name.startswith("c") else _kolmogorov
        found.append(test(before, cut(now, starts)))
    return np.stack(found, axis=1)


def _kolmogorov(before: np.ndarray, windows: list[np.ndarray]) -> np.ndarray:
    known = np.sort(before[np.isfinite(before)])
    distances, sizes = [], []
    for window in windows:
        values = np.sort(window[np.isfinite(window)])
        below, upto = (np.searchsorted(known, values, side) / len(known) for side in ("left", "right"))
        steps = np.arange(len(values) + 1) / len(values)
        # Ties: at a value held by many rows only the ends of its step count.
        last = np.append(values[1:] != values[:-1], True)
        first = np.insert(values[1:] != values[:-1], 0, True)
        d = max(np.max(np.abs(upto - steps[1:])[last]), np.max(np.abs(below - steps[:-1])[first]))
        distances.append(d)
        sizes.append(round(len(values) * len(known) / (len(values) + len(known))))
    return stats.kstwo.sf(np.array(distances), np.array(sizes))


def _chi_square(before: np.ndarray, windows: list[np.ndarray]) -> np.ndarray:
    names, codes = np.unique(np.concatenate([before, *windows]).astype(str), return_inverse=True)
    places = np.cumsum([len(before), *(len(w) for w in windows)])[:-1]
    counts = np.stack([np.bincount(part, minlength=len(names)) for part in np.split(codes, places)]).astype(
        float
    )
    # Categories of which a window should hold fewer than five count together, as the test's approximation asks.
    rare = counts[0] / len(before) * np.median([len(w) for w in windows]) < 5
    if rare.any():
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(1)])
    known, now = counts[0], counts[1:]
    total = known + now
    share = now.sum(1, keepdims=True) / total.sum(1, keepdims=True)
    expected = total * share
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(expected > 0, (now - expected) ** 2 / expected / (1 - share), 0.0)
    return stats.chi2.sf(part.sum(1), np.maximum((total > 0).sum(1) - 1, 1))


def stability(reference: pa.Table, current: pa.Table) -> np.ndarray:
    """Return the population stability index of every window and column, as most write it."""
    starts = starts_of(current)
    found = []
    for name in columns(current):
        before, now = (t.column(name).to_numpy(zero_copy_only=False) for t in (reference, current))
        if name.startswith("c"):
            names = np.unique(np.concatenate([before, now]).astype(str))
            before, now = (np.searchsorted(names, v.astype(str)) for v in (before, now))
            size = len(names)
        else:
            edges = np.unique(np.nanquantile(before, np.arange(1, BINS) / BINS))
            before, now = (np.searchsorted(edges, v, side="right") for v in (before, now))
            size = len(edges) + 1
        p = np.maximum(np.bincount(before, minlength=size) / len(before), 1e-4)
        counts = np.stack([np.bincount(w, minlength=size) for w in cut(now, starts)])
        q = np.maximum(counts / counts.sum(1, keepdims=True), 1e-4)
        found.append(((q - p) * np.log(q / p)).sum(1))
    return np.stack(found, axis=1)
