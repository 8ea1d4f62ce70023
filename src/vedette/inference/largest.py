"""The largest of several differences of shares: its evidence, what noise adds to it, and its interval."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, tail_probability
from vedette.inference.shifted_chi2 import three_moment_law

# Where E max x² is integrated: up to seven deviations, in steps of a tenth.
_STEPS = np.linspace(0.0, 7.0, 71)


def largest_difference_p(first: npt.ArrayLike, second: npt.ArrayLike, n: npt.ArrayLike, m: npt.ArrayLike) -> FloatArray:
    """P-value of the largest difference between the shares of several events in two samples.

    Answers "would two samples of one law differ this much in any of these shares?". Given the rows of both samples
    that show an event, those of the first sample are hypergeometric; each tail is taken from its three moments, and
    the events are joined by Šidák's inequality, so that p is too large rather than too small whatever their
    dependence. It misleads when rows are dependent.

    Parameters
    ----------
    first, second : array_like of shape (..., K)
        Rows that show each event, in either sample.
    n, m : array_like of shape (...)
        Rows of either sample.

    Returns
    -------
    array of shape (...)
        Within [0, 1]. Undefined (nan) when a sample is empty, or no event tells the samples apart.

    References
    ----------
    Šidák (1967), Rectangular confidence regions for the means of multivariate normal distributions.
    doi:10.1080/01621459.1967.10482935

    Examples
    --------
    >>> largest_difference_p([[10, 50], [30, 30]], [100, 500], [60, 60], [600, 600]).round(4).tolist()
    [1.0, 0.0]
    """
    a, b = np.broadcast_arrays(np.asarray(first, np.float64), np.asarray(second, np.float64))
    n, m = (np.asarray(rows, np.float64)[..., None] for rows in (n, m))
    with np.errstate(all="ignore"):
        total, rows = a + b, n + m
        largest = np.abs(a / n - b / m).max(axis=-1, keepdims=True, initial=0.0) * n * m / rows
        variance = total * (rows - total) * n * m / (rows**2 * (rows - 1))
        skewness = (rows - 2 * total) * (m - n) / (rows - 2) * np.sqrt((rows - 1) / (n * m * total * (rows - total)))
        third = skewness * variance**1.5
        tails = [three_moment_law(0.0, variance, sign * third).exceeded(largest) for sign in (1, -1)]
        single = np.where(variance > 0, np.clip(tails[0] + tails[1], 0, 1), 0)
        joined = -np.expm1(np.log1p(-single).sum(axis=-1))
    return np.where((variance > 0).any(axis=-1), joined, np.nan)


def largest_noise_square(deviation: npt.ArrayLike) -> FloatArray:
    """Mean of the largest square among independent normals, an upper bound for dependent ones.

    Parameters
    ----------
    deviation : array_like of shape (..., K)
        Standard deviations.

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> largest_noise_square([[1.0, 0.0], [1.0, 1.0]]).round(2).tolist()
    [1.0, 1.63]
    """
    from scipy.special import erf

    sigma = np.asarray(deviation, np.float64)
    top = sigma.max(axis=-1, keepdims=True, initial=0.0)
    beyond = np.zeros((len(_STEPS), *sigma.shape[:-1]))
    with np.errstate(all="ignore"):
        for step, x in enumerate(_STEPS):
            within = np.where(sigma > 0, erf(x * top / sigma / np.sqrt(2)), 1.0)
            beyond[step] = 2 * x * (1 - within.prod(axis=-1))
    return np.asarray(beyond.sum(axis=0) * _STEPS[1] * top[..., 0] ** 2)


def largest_interval(difference: npt.ArrayLike, deviation: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the largest true absolute difference.

    The true largest is at least every single true difference, so that its low end may be taken from all of them at
    once (with Šidák's quantile); and it is one of them, so that its high end is the largest single one.

    Parameters
    ----------
    difference, deviation : array_like of shape (..., K)
        Observed differences and the standard deviations of their noise.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of shape (...)
        At least 0.

    Examples
    --------
    >>> np.round(largest_interval([0.2, -0.1, -0.1], 0.02), 3).tolist()
    [0.147, 0.239]
    """
    from scipy.special import ndtri

    tail = tail_probability(level)
    d, sigma = np.broadcast_arrays(np.abs(np.asarray(difference, np.float64)), np.asarray(deviation, np.float64))
    among = np.maximum((sigma > 0).sum(axis=-1, keepdims=True), 1)
    all_of_them = ndtri((1 + (1 - tail) ** (1 / among)) / 2)
    low = (d - all_of_them * sigma).max(axis=-1, initial=0.0)
    high = (d - ndtri(tail) * sigma).max(axis=-1, initial=0.0)
    return np.asarray(low), np.asarray(high)
