"""Interval of any statistic of binned counts, by the Poisson bootstrap."""

import numpy as np
import numpy.typing as npt

from vedette.inference.draws import Statistic, percentile_interval
from vedette.inference.interval import FloatArray, Interval


def poisson_bootstrap_interval(
    counts: npt.ArrayLike,
    statistic: Statistic,
    level: float = 0.95,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """Percentile interval of a statistic of binned counts under resampling of rows.

    Answers "how much would this average precision, top-k rate or cost curve move in another sample of
    this size?" without keeping rows: resampling the rows of a cell that holds c of them is one Poisson(c)
    draw. It misleads at the edge: a cell with no rows never gets one, so a perfect score has an interval
    of zero width.

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Rows per cell of each group, for example positives and negatives per score bin, concatenated;
        non-integer counts are accepted.
    statistic : callable
        ``(..., K) -> (...)``: takes counts.
    level : float, default 0.95
        Confidence.
    draws : int, default 1000
        Resamples per group.
    seed : int, default 0
        Seed: the same counts always give the same interval.

    Returns
    -------
    low, high : array of shape (...)
        Undefined (nan) when a group has no rows, or when the statistic is undefined in most resamples.

    References
    ----------
    Hanley, MacGibbon (2006), Creating non-parametric bootstrap samples using Poisson frequencies.
    doi:10.1016/j.cmpb.2006.04.006

    Examples
    --------
    >>> def mean_bin(counts):
    ...     return (counts * np.arange(3)).sum(axis=-1) / counts.sum(axis=-1)
    >>> np.round(poisson_bootstrap_interval([[100, 50, 50], [0, 0, 0]], mean_bin), 2).tolist()
    [[0.64, nan], [0.87, nan]]
    """
    return percentile_interval(_resample, counts, statistic, level=level, draws=draws, seed=seed)


def _resample(generator: np.random.Generator, counts: FloatArray, shape: tuple[int, int]) -> FloatArray:
    return generator.poisson(counts, size=shape).astype(np.float64)
