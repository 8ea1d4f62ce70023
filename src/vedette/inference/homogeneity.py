"""Evidence that two samples of counts have different shares: Pearson's chi-square with its law at small counts."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.inference.shifted_chi2 import ShiftedChi2, three_moment_law


def homogeneity_p(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    """P-value of "both samples have the same shares" from counts per bin.

    Answers "would two samples of one law differ this much?". It misleads when rows are dependent (a burst of one
    client is not many rows), and for weighted counts, whose weights it takes for numbers of rows.

    ``X² = N Σ (a/n - b/m)² n m / (N t)``, t the total of a bin, against the shifted chi-square law of its first three
    moments given the totals.

    Parameters
    ----------
    first, second : array_like of shape (..., B)
        Rows per bin; bins empty on both sides are ignored.

    Returns
    -------
    array of shape (...)
        Within [0, 1]. Undefined (nan) when a sample is empty or fewer than two bins hold rows.

    Notes
    -----
    Mean and variance are exact; the third moment is exact to the order of one over the counts. The chi-square law of
    the textbook is their limit. At an expected count of 1 to 5 in many bins it rejects up to 3 times too often at
    0.001, and with as many rows in both samples far too seldom; this law keeps to 0.4 to 1.5 times the level from an
    expected count of 3, and to twice the level with one bin that expects far less than one row.

    References
    ----------
    Haldane (1940), The mean and variance of χ² when used as a test of homogeneity, when expectations are small.
    doi:10.1093/biomet/31.3-4.346 ·
    Dawson (1954), A simplified expression for the variance of the χ²-function on a contingency table.
    doi:10.1093/biomet/41.1-2.280

    Examples
    --------
    >>> homogeneity_p([[30, 40, 30], [45, 40, 15]], [300, 400, 300]).round(4).tolist()
    [1.0, 0.0011]
    """
    counts = np.broadcast_arrays(np.asarray(first, np.float64), np.asarray(second, np.float64))
    n, m = (side.sum(axis=-1) for side in counts)
    total = counts[0] + counts[1]
    with np.errstate(all="ignore"):
        difference = counts[0] / n[..., None] - counts[1] / m[..., None]
        terms = np.where(total > 0, difference**2 / total, 0.0)
        statistic = terms.sum(axis=-1) * n * m
        # Rows beyond three are needed for a variance; with fewer there is no evidence either way.
        return _null_law(total, n, m).exceeded(statistic)


def _null_law(total: FloatArray, n: FloatArray, m: FloatArray) -> ShiftedChi2:
    """Law of Pearson's statistic given the totals of bins (..., B) and of samples (...)."""
    rows = np.where((n > 0) & (m > 0), np.maximum(n + m, 4), np.nan)
    bins = (total > 0).sum(axis=-1)
    ones, twos = (np.where(total > 0, total, np.inf) ** -power for power in (1.0, 2.0))
    ones, twos = ones.sum(axis=-1), twos.sum(axis=-1)
    mean = (bins - 1) * rows / (rows - 1)
    first = _spread(rows, 2, rows * (1 / n + 1 / m))
    second = _spread(rows, bins, rows * ones)
    variance = 2 * rows / (rows - 3) * (first[0] - first[1]) * (second[0] - second[1])
    variance += rows**2 / (rows - 1) * first[1] * second[1]
    # Excess over the third cumulant 8 df of chi-square: those of the squared binomial of each bin, centred so that
    # equal bins, whose counts must add up, have none.
    split = n * m / rows**2
    single = ones - bins**2 / rows
    double = twos - 3 * bins / rows * ones + 2 * bins**3 / rows**2
    third = 8.0 * (bins - 1) + (12 * (1 - 6 * split) + 10 * (1 - 4 * split)) / split * single
    third += (1 - 30 * split * (1 - 4 * split)) / split**2 * double
    return three_moment_law(mean, np.where(bins > 1, variance, np.nan), third)


def _spread(rows: FloatArray, classes: npt.ArrayLike, inverse: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two terms of one margin in Dawson's variance."""
    classes = np.asarray(classes, np.float64)
    even = (classes - 1) * (rows - classes) / (rows - 1)
    uneven = (inverse - classes**2) / (rows - 2)
    return np.asarray(even), np.asarray(uneven)
