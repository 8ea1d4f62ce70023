"""The mean loss of a regression along its prediction, from sums by bin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.estimation.curve import Curve
from vedette.inference.interval import FloatArray

#: Stretches of the prediction, of equal numbers of labelled rows, that have a mean loss of their own.
GROUPS = 20


def fit_loss_curves(
    rows: npt.ArrayLike, total: npt.ArrayLike, squares: npt.ArrayLike
) -> tuple[Curve, FloatArray]:
    """Return the mean loss in each bin of the prediction, and the variance of one row's loss there.

    Answers "by how much does a row with such a prediction miss?" It misleads where rows of one prediction differ in
    what their features say (`vedette.estimation.effect` then corrects it).

    Parameters
    ----------
    rows, total, squares : array_like of shape (curves, bins)
        Labelled rows of each bin and sums of their losses and squared losses; the last bin is of rows without a
        prediction.

    Returns
    -------
    curve : Curve
        Bins are pooled to twenty blocks of about equal numbers of rows; bins without labelled rows belong to the
        block before them. ``rate`` is the mean loss, ``variance`` that of the mean.
    spread : ndarray of shape (curves, bins)
        Variance of the loss of one row.

    Examples
    --------
    >>> curve, spread = fit_loss_curves([[100, 100, 0]], [[100.0, 300.0, 0.0]], [[150.0, 1000.0, 0.0]])
    >>> curve.rate.tolist(), spread.round(2).tolist()
    ([[1.0, 3.0, 3.0]], [[0.51, 1.01, 1.01]])
    """
    sums = np.stack([np.atleast_2d(np.asarray(a, float)) for a in (rows, total, squares)], axis=-1)
    curves, bins, _ = sums.shape
    before = np.cumsum(sums[..., 0], axis=1) - sums[..., 0] / 2
    with np.errstate(all="ignore"):
        place = before / sums[..., 0].sum(axis=1, keepdims=True) * GROUPS
        place = np.where(sums[..., 0] > 0, np.clip(np.nan_to_num(place), 0, GROUPS - 1), -1).astype(np.intp)
    # The block of an empty bin is that of the last filled one before it; ahead of all, the first filled one's.
    first = np.where(place < 0, GROUPS - 1, place).min(axis=1, keepdims=True)
    block = np.maximum(np.maximum.accumulate(place, axis=1), first)
    at = (block + np.arange(curves)[:, None] * GROUPS).ravel()
    n, mean, square = (np.bincount(at, sums[..., i].ravel(), curves * GROUPS)[at] for i in range(3))
    with np.errstate(all="ignore"):
        mean, square = mean / n, square / n
        spread = np.maximum(square - mean**2, 0) * n / np.maximum(n - 1, 1)
        found = (mean, spread / n, spread)
    rate, variance, spread = (array.reshape(curves, bins) for array in found)
    numbered = np.cumsum(np.diff(block, axis=1, prepend=block[:, :1]) != 0, axis=1)
    return Curve(rate, numbered, variance), spread
