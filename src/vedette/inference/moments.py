"""Intervals of means, variances and ratios from sums of powers."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, defined, floats, tail_probability


def mean_interval(
    n: npt.ArrayLike, total: npt.ArrayLike, total_squares: npt.ArrayLike, level: float = 0.95
) -> Interval:
    """Student's t interval of a mean from ``n``, ``Σx`` and ``Σx²``.

    Answers "which true mean (error, loss, latency) agrees with these rows?". It misleads for few rows of
    a very skewed quantity (under 30 rows of squared errors, say), and for dependent rows.

    Parameters
    ----------
    n : array_like
        Rows.
    total, total_squares : array_like
        Sum and sum of squares, in the unit of x and its square. Where the mean is many orders larger than the
        spread, the difference of the two loses digits: sum ``x - c`` for a constant c near the mean instead.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        In the unit of x. Undefined (nan) when ``n < 2``.

    References
    ----------
    Student (1908), The probable error of a mean. doi:10.1093/biomet/6.1.1

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0, 5.0])
    >>> np.round(mean_interval(4, x.sum(), (x**2).sum()), 2).tolist()
    [0.09, 5.91]
    """
    n, total, total_squares = floats(n, total, total_squares)
    with np.errstate(all="ignore"):
        half = _t_quantile(n, level) * np.sqrt(_variance(n, total, total_squares) / n)
        return defined(n >= 2, total / n - half, total / n + half)


def variance_interval(
    n: npt.ArrayLike,
    total: npt.ArrayLike,
    total_squares: npt.ArrayLike,
    level: float = 0.95,
    kurtosis: npt.ArrayLike = 3.0,
) -> Interval:
    """Chi-square interval of a variance from ``n``, ``Σx`` and ``Σx²``.

    Answers "which true variance agrees with these rows?". With the default kurtosis, that of the normal
    law, it is the textbook interval, and far too narrow for heavy tails: pass the kurtosis of the
    reference.

    ``df · s²/χ²(df)`` with ``df = 2n / (kurtosis - (n-3)/(n-1))``, which is ``n - 1`` at kurtosis 3.

    Parameters
    ----------
    n, total, total_squares : array_like
        Rows, sum and sum of squares; see `mean_interval` on lost digits.
    level : float, default 0.95
        Confidence.
    kurtosis : array_like, default 3.0
        Fourth central moment over squared variance (not the excess).

    Returns
    -------
    low, high : array of the broadcast shape
        In the squared unit of x. Undefined (nan) when ``n < 2``.

    References
    ----------
    O'Neill (2014), Some useful moment results in sampling problems. doi:10.1080/00031305.2014.966589

    Examples
    --------
    >>> np.round(variance_interval(50, 0.0, 49.0), 3).tolist()
    [0.698, 1.553]
    """
    from scipy.special import chdtri

    tail = tail_probability(level)
    n, total, total_squares, kurtosis = floats(n, total, total_squares, kurtosis)
    with np.errstate(all="ignore"):
        df = 2 * n / (kurtosis - (n - 3) / (n - 1))
        spread = df * _variance(n, total, total_squares)
        return defined(n >= 2, spread / chdtri(df, tail), spread / chdtri(df, 1 - tail))


def ratio_interval(
    n: npt.ArrayLike,
    sum_y: npt.ArrayLike,
    sum_x: npt.ArrayLike,
    sum_yy: npt.ArrayLike,
    sum_xx: npt.ArrayLike,
    sum_xy: npt.ArrayLike,
    level: float = 0.95,
) -> Interval:
    """Delta-method interval of a ratio of sums ``Σy / Σx`` over the same rows.

    Answers "which cost per unit, weighted error or per-user rate agrees with these rows?" when numerator
    and denominator both vary from row to row. It misleads when the denominator may well be zero, that is
    when its own mean is within about three standard errors of zero.

    ``R ± t(n-1) · √(n · Σ(y - R x)² / (n-1)) / |Σx|``

    Parameters
    ----------
    n : array_like
        Rows.
    sum_y, sum_x, sum_yy, sum_xx, sum_xy : array_like
        Sums of the numerator, the denominator, their squares and their product.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        In units of y per unit of x. Undefined (nan) when ``n < 2`` or ``Σx = 0``.

    References
    ----------
    Cochran (1977), Sampling techniques, 3rd edition, section 6.4. ISBN 978-0-471-16240-7

    Examples
    --------
    >>> y, x = np.array([2.0, 5.0, 5.0, 9.0]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> np.round(ratio_interval(4, y.sum(), x.sum(), (y * y).sum(), (x * x).sum(), (x * y).sum()), 2).tolist()
    [1.5, 2.7]
    """
    n, sum_y, sum_x, sum_yy, sum_xx, sum_xy = floats(n, sum_y, sum_x, sum_yy, sum_xx, sum_xy)
    with np.errstate(all="ignore"):
        ratio = sum_y / sum_x
        residual = np.maximum(sum_yy - 2 * ratio * sum_xy + ratio**2 * sum_xx, 0)
        half = _t_quantile(n, level) * np.sqrt(n * residual / (n - 1)) / np.abs(sum_x)
        return defined((n >= 2) & (sum_x != 0), ratio - half, ratio + half)


def root_interval(low: npt.ArrayLike, high: npt.ArrayLike) -> Interval:
    """Interval of a square root from the interval of its square: RMSE from MSE, deviation from variance.

    Parameters
    ----------
    low, high : array_like
        Ends of the interval of the square; a lower end below zero becomes zero.

    Returns
    -------
    low, high : array of the broadcast shape
        Undefined (nan) when the input is.

    Examples
    --------
    >>> np.round(root_interval([-1.0, 4.0], [9.0, 16.0]), 1).tolist()
    [[0.0, 2.0], [3.0, 4.0]]
    """
    low, high = floats(low, high)
    return np.asarray(np.sqrt(np.maximum(low, 0))), np.asarray(np.sqrt(np.maximum(high, 0)))


def _variance(n: FloatArray, total: FloatArray, total_squares: FloatArray) -> FloatArray:
    """Unbiased variance, never below zero whatever the rounding."""
    return np.asarray(np.maximum(total_squares - total**2 / n, 0) / (n - 1))


def _t_quantile(n: FloatArray, level: float) -> FloatArray:
    """Half-width, in standard errors, of a Student interval with n - 1 degrees of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(n - 1, 1), 1 - tail_probability(level)))
