"""The rules that need no library: tests of each window with a correction, and fixed limits of a distance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy import special, stats

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
    """Return Kolmogorov–Smirnov's p of numbers and chi-square's of categories, shape (windows, columns).

    Kept for the next call with the same rows: two rules read them.
    """
    if not _last or _last[0] is not current:
        _last[:] = current, _p_values(reference, current)
    return _last[1]


#: The rows that were tested last, and their p-values.
_last: list = []


def _p_values(reference: pa.Table, current: pa.Table) -> np.ndarray:
    starts = starts_of(current)
    found = []
    for name in columns(current):
        test = _chi_square if name.startswith("c") else _kolmogorov
        before, now = both(reference, current, name)
        found.append(test(before, cut(now, starts)))
    return np.stack(found, axis=1)


def both(reference: pa.Table, current: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return a column's numbers, or the codes of its categories (the last for a missing one), in both tables."""
    columns = [*reference.column(name).chunks, *current.column(name).chunks]
    if name.startswith("c"):
        encoded = pa.chunked_array(columns).combine_chunks().dictionary_encode()
        values = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
    else:
        values = pa.chunked_array(columns).to_numpy()
    return values[: reference.num_rows], values[reference.num_rows :]


def _kolmogorov(before: np.ndarray, windows: list[np.ndarray]) -> np.ndarray:
    known = np.sort(before[np.isfinite(before)])
    sets = [np.sort(window[np.isfinite(window)]) for window in windows]
    sizes = np.array([len(values) for values in sets])
    values, ends = np.concatenate(sets), np.cumsum(sizes)
    below, upto = (np.searchsorted(known, values, side) / len(known) for side in ("left", "right"))
    place = np.arange(len(values)) - np.repeat(ends - sizes, sizes)
    # Ties: at a value held by many rows only the ends of its step count.
    new = np.append(values[1:] != values[:-1], True)
    new[ends - 1] = True
    first, last = np.roll(new, 1), new
    share = np.repeat(sizes, sizes)
    over = np.where(last, np.abs(upto - (place + 1) / share), 0.0)
    under = np.where(first, np.abs(below - place / share), 0.0)
    distances = np.maximum.reduceat(np.maximum(over, under), ends - sizes)
    effective = np.round(sizes * len(known) / (sizes + len(known))).astype(int)
    root = np.sqrt(effective)
    p = special.kolmogorov((root + 0.12 + 0.11 / root) * distances)
    # Where it matters, twice the exact one-sided probability: right below .1, and slow.
    small = p < 0.1
    p[small] = 2 * special.smirnov(effective[small], distances[small])
    return p


def _chi_square(before: np.ndarray, windows: list[np.ndarray]) -> np.ndarray:
    size = max(before.max(), *(w.max() for w in windows)) + 1
    counts = np.stack([np.bincount(part, minlength=size) for part in (before, *windows)]).astype(float)
    counts = counts[:, counts.any(0)]
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
        before, now = both(reference, current, name)
        if name.startswith("c"):
            size = max(before.max(), now.max()) + 1
        else:
            edges = np.unique(np.nanquantile(before, np.arange(1, BINS) / BINS))
            before, now = (np.searchsorted(edges, v, side="right") for v in (before, now))
            size = len(edges) + 1
        p = np.maximum(np.bincount(before, minlength=size) / len(before), 1e-4)
        counts = np.stack([np.bincount(w, minlength=size) for w in cut(now, starts)])
        q = np.maximum(counts / counts.sum(1, keepdims=True), 1e-4)
        found.append(((q - p) * np.log(q / p)).sum(1))
    return np.stack(found, axis=1)
