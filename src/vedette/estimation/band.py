"""How far an estimate made with a calibration curve may be off: by the curve, by the rows, and by the shift."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.estimation.curve import Curve
from vedette.inference.interval import FloatArray, Interval, defined, normal_quantile


def curve_variance(slopes: npt.ArrayLike, rows: npt.ArrayLike, curve: Curve) -> FloatArray:
    """Return the variance that the calibration curve's own error gives a metric, shape (cells,).

    ``sum over blocks of (sum over the block's bins of rows * slope)^2 * variance(rate)``: the delta method. All rows of
    a block err together, which is why more current rows do not narrow it.

    Parameters
    ----------
    slopes : array_like of shape (cells, bins or 1, 2)
        By how much the metric moves for one more positive among the rows of a bin, by predicted class.
    rows : array_like of shape (cells, bins, 2)
    curve : Curve
        Of the same number of cells, or one.

    Examples
    --------
    Accuracy of 100 rows predicted positive in one bin, whose rate 50 labelled rows tell:

    >>> from vedette.estimation.curve import fit_curves
    >>> curve = fit_curves([[40, 0]], [[50, 0]])
    >>> rows = [[[0, 100], [0, 0]]]
    >>> float(curve_variance([[[-0.01, 0.01]]], rows, curve)[0].round(5))
    0.00327
    """
    pull = (np.asarray(slopes, float) * np.asarray(rows, float)).sum(axis=-1)
    cells, bins = pull.shape
    block = np.broadcast_to(curve.block, (cells, bins)) + np.arange(cells)[:, None] * bins
    sums = np.bincount(block.ravel(), pull.ravel(), cells * bins)
    variance = np.zeros(cells * bins)
    variance[block.ravel()] = np.broadcast_to(curve.variance, (cells, bins)).ravel()
    return np.asarray((sums**2 * variance).reshape(cells, bins).sum(axis=1))


def outcome_variance(slopes: npt.ArrayLike, rows: npt.ArrayLike, rate: npt.ArrayLike) -> FloatArray:
    """Return the variance that the rows' own luck gives the number that labels will show, shape (cells,).

    ``sum over bins and predicted classes of slope^2 * rows * p * (1 - p)``; `rate` holds p, shape (cells, bins), the
    other parameters are those of `curve_variance`.

    Examples
    --------
    >>> float(outcome_variance([[[-0.01, 0.01]]], [[[0, 100], [0, 0]]], [[0.8, 0.5]])[0].round(5))
    0.0016
    """
    rate = np.asarray(rate, float)
    luck = np.asarray(rows, float) * (rate * (1 - rate))[..., None]
    return np.asarray((np.asarray(slopes, float) ** 2 * luck).sum(axis=(1, 2)))


def share_interval(value: npt.ArrayLike, variance: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Return the interval of a share from its variance, on the logit scale; at 0 and 1 on its own scale.

    Examples
    --------
    >>> [end.round(3).tolist() for end in share_interval([0.9, 1.0], [0.0004, 0.0004])]
    [[0.853, 0.961], [0.933, 1.0]]
    """
    value, sd = np.asarray(value, float), np.sqrt(np.asarray(variance, float))
    z = normal_quantile(level)
    with np.errstate(all="ignore"):
        centre, step = np.log(value) - np.log1p(-value), z * sd / (value * (1 - value))
        low, high = (1 / (1 + np.exp(-end)) for end in (centre - step, centre + step))
        edge = ~((value > 0) & (value < 1))
        low, high = np.where(edge, value - z * sd, low), np.where(edge, value + z * sd, high)
    return defined(np.isfinite(value), np.clip(low, 0, 1), np.clip(high, 0, 1))
