"""The largest of several differences of shares: its evidence, how large noise is, and its interval."""

import numpy as np
import numpy.typing as npt

from vedette.inference.bisection import bisect
from vedette.inference.interval import FloatArray, Interval, tail_probability
from vedette.inference.shifted_chi2 import three_moment_law


def largest_difference_p(
    first: npt.ArrayLike, second: npt.ArrayLike, n: npt.ArrayLike, m: npt.ArrayLike
) -> FloatArray:
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
        skewness = (
            (rows - 2 * total) * (m - n) / (rows - 2) * np.sqrt((rows - 1) / (n * m * total * (rows - total)))
        )
        third = skewness * variance**1.5
        tails = [three_moment_law(0.0, variance, sign * third).exceeded(largest) for sign in (1, -1)]
        single = np.where(variance > 0, np.clip(tails[0] + tails[1], 0, 1), 0)
        joined = -np.expm1(np.log1p(-single).sum(axis=-1))
    return np.where((variance > 0).any(axis=-1), joined, np.nan)


def largest_noise(deviation: npt.ArrayLike, tail: float) -> FloatArray:
    """Value that the largest of several absolute normals exceeds with probability `tail`.

    An upper bound unless they are independent (Šidák's inequality).

    Parameters
    ----------
    deviation : array_like of shape (..., K)
        Standard deviations.
    tail : float
        Probability; 0.5 gives the median.

    Returns
    -------
    array of shape (...)

    Examples
    --------
    >>> largest_noise([[1.0, 0.0], [1.0, 1.0]], 0.05).round(3).tolist()
    [1.96, 2.236]
    """
    from scipy.special import erf, ndtri

    sigma = np.asarray(deviation, np.float64)
    scale = np.where(sigma > 0, sigma, np.nan) * np.sqrt(2)
    top = sigma.max(axis=-1, initial=0.0)
    # The bound of Bonferroni lies above, the quantile of the noisiest alone below.
    ends = [-ndtri(tail / 2 / among) * top for among in (1, max(sigma.shape[-1], 1))]

    def below(x: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            within = np.nan_to_num(erf(x[..., None] / scale), nan=1.0)
        return np.asarray(within.prod(axis=-1) < 1 - tail)

    return bisect(below, ends[0], ends[1])


def largest_interval(difference: npt.ArrayLike, deviation: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the largest true absolute difference.

    The observed largest exceeds the true one by no more than the largest noise; and it is at least the observed
    difference where the true one is largest, so that its high end is that of a single difference.

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
    >>> np.round(largest_interval([0.2, -0.1, -0.1], [0.02, 0.02, 0.02]), 3).tolist()
    [0.147, 0.239]
    """
    from scipy.special import ndtri

    tail = tail_probability(level)
    d, sigma = np.abs(np.asarray(difference, np.float64)), np.asarray(deviation, np.float64)
    low = np.maximum(d.max(axis=-1, initial=0.0) - largest_noise(sigma, tail), 0)
    high = (d - ndtri(tail) * sigma).max(axis=-1, initial=0.0)
    return np.asarray(low), np.asarray(high)
