"""Percentile intervals from seeded random draws of binned counts, in bounded memory."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, tail_probability

Statistic = Callable[[FloatArray], FloatArray]
Sampler = Callable[[np.random.Generator, FloatArray, tuple[int, int]], FloatArray]

# Float64 cells drawn at a time: 32 MB, whatever the number of groups.
_CELLS_AT_ONCE = 4_000_000


def percentile_interval(
    sampler: Sampler,
    counts: npt.ArrayLike,
    statistic: Statistic,
    *,
    level: float,
    draws: int,
    seed: int,
) -> Interval:
    """Central interval of `statistic` over random draws of each group's counts.

    Every group starts the generator at the same seed: its interval depends on its own counts only, neither on
    the other groups nor on their order, and equal counts give equal intervals.

    Parameters
    ----------
    sampler : callable
        ``(generator, counts (K,), (draws, K)) -> array (draws, K)``.
    counts : array_like of shape (..., K)
        Counts per cell.
    statistic : callable
        ``(..., K) -> (...)``; nan where undefined.
    level : float
        Confidence.
    draws : int
        Number of draws per group.
    seed : int
        Seed of the numpy generator.

    Returns
    -------
    low, high : array of shape (...)
        Quantiles over the draws where the statistic is defined. Undefined (nan) when a group has no
        counts, or when fewer than half of its draws are defined.

    Examples
    --------
    >>> def noisy(generator, counts, shape):
    ...     return counts + generator.normal(size=shape)
    >>> def first(cells):
    ...     return cells[..., 0]
    >>> counts = [[50.0, 50.0], [0.0, 0.0]]
    >>> low, high = percentile_interval(noisy, counts, first, level=0.95, draws=2000, seed=0)
    >>> low.round(0).tolist(), high.round(0).tolist()
    ([48.0, nan], [52.0, nan])
    """
    tail = tail_probability(level)
    counts = np.asarray(counts, dtype=np.float64)
    groups = counts.reshape(-1, counts.shape[-1])
    filled = np.flatnonzero(groups.sum(axis=-1) > 0)
    ends = np.full((2, len(groups)), np.nan)
    at_once = max(1, _CELLS_AT_ONCE // (draws * counts.shape[-1]))
    for first in range(0, len(filled), at_once):
        index = filled[first : first + at_once]
        values = _statistics(sampler, groups[index], statistic, draws, seed)
        ends[:, index] = _quantiles(values, np.array([tail, 1 - tail]))
    low, high = ends.reshape(2, *counts.shape[:-1])
    return np.asarray(low), np.asarray(high)


def _statistics(
    sampler: Sampler, groups: FloatArray, statistic: Statistic, draws: int, seed: int
) -> FloatArray:
    """Statistic of every draw of every group, shape (draws, groups)."""
    cells = groups.shape[-1]
    # A wide table (100 classes: 10 000 cells) does not fit at once either: its draws come in blocks.
    block = max(1, min(draws, _CELLS_AT_ONCE // cells))
    generators = [np.random.default_rng(seed) for _ in groups]
    values = np.empty((draws, len(groups)))
    for first in range(0, draws, block):
        rows = min(block, draws - first)
        drawn = np.empty((rows, len(groups), cells))
        for index, (generator, group) in enumerate(zip(generators, groups, strict=True)):
            drawn[:, index] = sampler(generator, group, (rows, cells))
        with np.errstate(all="ignore"):
            values[first : first + rows] = statistic(drawn)
    return values


def _quantiles(values: FloatArray, probabilities: FloatArray) -> FloatArray:
    """Quantiles over the first axis, skipping nan; nan where fewer than half of the values are defined."""
    values = np.sort(values, axis=0)
    known = (~np.isnan(values)).sum(axis=0)
    rank = probabilities[:, None] * np.maximum(known - 1, 0)
    below, above = np.floor(rank).astype(np.intp), np.ceil(rank).astype(np.intp)
    lower, upper = (np.take_along_axis(values, index, axis=0) for index in (below, above))
    with np.errstate(all="ignore"):
        between = np.where(lower == upper, lower, lower + (rank - below) * (upper - lower))
    return np.where(2 * known >= len(values), between, np.nan)
