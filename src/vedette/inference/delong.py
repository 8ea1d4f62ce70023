"""Area under the ROC curve from counts per score bin, with DeLong's interval."""

import numpy as np
import numpy.typing as npt

from vedette.inference.bisection import bisect
from vedette.inference.interval import FloatArray, Interval, defined, normal_quantile

# Below this many rows of a class DeLong's variance is not trusted alone (coverage measured in the tests).
_FEW_ROWS = 100


def auc_from_bins(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> FloatArray:
    """Area under the ROC curve from counts per score bin.

    Answers "how often does a random positive row score above a random negative one?", ties counted half. Rows
    of one bin count as ties, so it differs from the area over raw scores by at most `auc_bin_error`.

    Parameters
    ----------
    positives, negatives : array_like of shape (..., B)
        Rows of each class per bin, in increasing order of score; non-integer counts are accepted.

    Returns
    -------
    array of shape (...)
        Within [0, 1]. Undefined (nan) when a class has no rows.

    Examples
    --------
    >>> auc_from_bins([0, 1, 3], [4, 2, 1]).round(3).tolist()
    0.875
    """
    positives, negatives = _counts(positives, negatives)
    with np.errstate(all="ignore"):
        return np.asarray(
            (positives * _share_below(negatives)).sum(axis=-1) / _total_or_nan(positives, negatives)[0]
        )


def auc_bin_error(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> FloatArray:
    """Largest possible error of `auc_from_bins` against the area over the raw scores.

    ``½ Σ_b positives_b negatives_b / (P N)``: within a bin, every pair could be ordered rightly, or wrongly.

    Parameters
    ----------
    positives, negatives : array_like of shape (..., B)
        Rows of each class per score bin.

    Returns
    -------
    array of shape (...)
        Within [0, 0.5], in AUC points. Undefined (nan) when a class has no rows.

    Examples
    --------
    >>> auc_bin_error([0, 1, 3], [4, 2, 1]).round(3).tolist()
    0.089
    """
    positives, negatives = _counts(positives, negatives)
    with np.errstate(all="ignore"):
        total1, total0 = _total_or_nan(positives, negatives)
        return np.asarray((positives * negatives).sum(axis=-1) / (2 * total1 * total0))


def delong_interval(positives: npt.ArrayLike, negatives: npt.ArrayLike, level: float = 0.95) -> Interval:
    """DeLong's interval of the area under the ROC curve from counts per score bin, on the logit scale.

    Answers "which AUC agrees with these rows?". Both of DeLong's terms are in: leaving out the majority class
    gives an interval too narrow by a quarter at balanced classes. It misleads when rows are dependent.

    Parameters
    ----------
    positives, negatives : array_like of shape (..., B)
        Rows of each class per bin, in increasing order of score; non-integer counts are accepted.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of shape (...)
        Within [0, 1]. Undefined (nan) when a class has no rows.

    Notes
    -----
    Every distinct score in a bin of its own gives exactly the row-wise DeLong variance. That variance is
    too small when one class is rare and few of its rows are misplaced (measured: 75-90 % coverage for 95 %
    at 20-50 rows of a class and an area above 0.9), so with fewer than 100 rows of a class the interval is
    the hull of DeLong's and Newcombe's score interval (his method 5): measured 93 % or more from 20 rows
    on, 91 % or more from 5. From 100 rows on it is DeLong's alone: measured 91-96 %. Where DeLong says
    nothing (perfect separation, one single bin, one row of a class) it is Newcombe's alone, which never has
    zero width.

    References
    ----------
    DeLong, DeLong, Clarke-Pearson (1988), Comparing the areas under two or more correlated receiver operating
    characteristic curves. doi:10.2307/2531595

    Newcombe (2006), Confidence intervals for an effect size measure based on the Mann-Whitney statistic.
    Part 2. doi:10.1002/sim.2324

    Examples
    --------
    >>> np.round(delong_interval([5, 10, 35], [30, 15, 5]), 3).tolist()
    [0.749, 0.906]
    >>> np.round(delong_interval([0, 9], [9, 0]), 3).tolist()
    [0.78, 1.0]
    """
    z = normal_quantile(level)
    positives, negatives = _counts(positives, negatives)
    with np.errstate(all="ignore"):
        total1, total0 = _total_or_nan(positives, negatives)
        auc = auc_from_bins(positives, negatives)
        variance = _delong_variance(positives, negatives, auc)
        step = z * np.sqrt(variance) / (auc * (1 - auc))
        centre = np.log(auc) - np.log1p(-auc)
        silent = ~((variance > 0) & (auc > 0) & (auc < 1) & np.isfinite(variance))
        low, high = (
            np.array(np.where(silent, auc, 1 / (1 + np.exp(-end)))) for end in (centre - step, centre + step)
        )
        few = silent | (np.minimum(total1, total0) < _FEW_ROWS)
        score_low, score_high = _newcombe_score(auc[few], total1[few], total0[few], z)
    low[few], high[few] = np.minimum(low[few], score_low), np.maximum(high[few], score_high)
    return defined(np.isfinite(auc), low, high)


def _counts(positives: npt.ArrayLike, negatives: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Both counts as float arrays of one shape (..., B)."""
    first, second = np.broadcast_arrays(np.asarray(positives, np.float64), np.asarray(negatives, np.float64))
    return first, second


def _total_or_nan(positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows of each class; nan for both where either is absent."""
    total1, total0 = positives.sum(axis=-1), negatives.sum(axis=-1)
    return defined((total1 > 0) & (total0 > 0), total1, total0)


def _share_below(counts: FloatArray) -> FloatArray:
    """Share of `counts` below each bin, its own bin counted half."""
    return np.asarray((np.cumsum(counts, axis=-1) - counts / 2) / counts.sum(axis=-1, keepdims=True))


def _delong_variance(positives: FloatArray, negatives: FloatArray, auc: FloatArray) -> FloatArray:
    """Sum of the two variances of placements, each over the rows of its class."""
    total1, total0 = positives.sum(axis=-1), negatives.sum(axis=-1)
    centre = auc[..., None]
    placed1 = (positives * (_share_below(negatives) - centre) ** 2).sum(axis=-1)
    placed0 = (negatives * (1 - _share_below(positives) - centre) ** 2).sum(axis=-1)
    return np.asarray(placed1 / (total1 * (total1 - 1)) + placed0 / (total0 * (total0 - 1)))


def _newcombe_score(auc: FloatArray, total1: FloatArray, total0: FloatArray, z: float) -> Interval:
    """All areas whose own standard error reaches the observed one (Newcombe's method 5)."""
    spread = (total1 + total0) / 2 - 1

    def agrees(area: FloatArray) -> FloatArray:
        variance = area * (1 - area) / (total1 * total0)
        variance = variance * (1 + spread * ((1 - area) / (2 - area) + area / (1 + area)))
        return np.asarray((area - auc) ** 2 <= z**2 * variance)

    # The search starts just inside (0, 1): at an observed 0 or 1 the variance itself vanishes.
    start = np.clip(auc, 1e-12, 1 - 1e-12)
    return bisect(agrees, start, np.zeros_like(auc)), bisect(agrees, start, np.ones_like(auc))
