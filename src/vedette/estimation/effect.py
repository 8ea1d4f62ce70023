"""What features say about the positives beyond what the score says: a linear correction from marginal shares."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray

#: Places with a smaller share of the rows are left out.
_LEAST = 0.005
#: Ridge, in parts of each indicator's variance.
_RIDGE = 0.01


class FeatureEffect(NamedTuple):
    """What moved shares of places do to the residual in each group of scores.

    ``slope`` has shape (places, groups); ``covariance`` (places, places) is that of the slopes' sum over groups;
    ``inverse`` (places, places) is the inverse covariance of the indicators themselves; ``held`` counts them.
    """

    slope: FloatArray
    covariance: FloatArray
    inverse: FloatArray
    held: int

    def of(self, moved: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the residuals of moved shares (cells, places), (cells, groups), and the variance of their sum."""
        moved = np.asarray(moved, float)
        return np.asarray(moved @ self.slope), _square(moved, self.covariance)

    def reach(self, moved: npt.ArrayLike, rows: npt.ArrayLike) -> FloatArray:
        """Return the part of the reference that is like these rows, in (0, 1], shape (cells,).

        The effective size of the reference, over its size, when it is reweighted to the moved shares: ``1 / (1 +
        d' V^-1 d)``, less what the chance of `rows` rows makes of it.
        """
        chance = self.held / np.maximum(np.asarray(rows, float), 1)
        return np.asarray(1 / (1 + np.maximum(_square(np.asarray(moved, float), self.inverse) - chance, 0)))


def _square(moved: FloatArray, form: FloatArray) -> FloatArray:
    return np.asarray(((moved @ form) * moved).sum(axis=1))


def fit_effect(places: npt.ArrayLike, residual: npt.ArrayLike, size: int) -> FeatureEffect:
    """Return the linear effect of features on a residual.

    Answers "if more rows come from here, by how much do positives exceed what the calibration curve says?" With it a
    mean residual follows from the *shares* of places alone: the generalised regression estimator of survey sampling.
    It misleads where features act on the residual together and not one by one, and far outside the reference.

    Parameters
    ----------
    places : array_like of int, shape (n, columns)
        Where each row lies: a number below `size` for each column, different columns using different numbers.
    residual : array_like of shape (n, groups)
        Label minus the curve's rate, in the column of the group of scores that the row is of, else 0.
    size : int
        Number of places over all columns.

    Returns
    -------
    FeatureEffect
        Ridge regression on the indicators of places that hold half a percent of the rows; the covariance is the
        sandwich, which holds whatever the residuals' variances.

    References
    ----------
    J.-C. Deville, C.-E. Särndal (1992), Calibration estimators in survey sampling, doi:10.1080/01621459.1992.10475217.
    H. White (1980), A heteroskedasticity-consistent covariance matrix estimator, doi:10.2307/1912934.

    Examples
    --------
    Rows of place 1 are positive more often than their scores say, those of place 0 less often:

    >>> places, residual = np.repeat([[0], [1]], 500, axis=0), np.repeat([[-0.1], [0.1]], 500, axis=0)
    >>> effect = fit_effect(places, residual, 2)
    >>> effect.of([[-0.3, 0.3]])[0].round(3).tolist()
    [[0.06]]
    >>> effect.reach([[-0.3, 0.3]], [1000]).round(2).tolist()
    [0.74]
    """
    places, residual = np.asarray(places, np.intp), np.asarray(residual, float)
    n = len(residual)
    slope, covariance, precision = (
        np.zeros((size, residual.shape[1])),
        np.zeros((size, size)),
        np.zeros((size, size)),
    )
    held = np.flatnonzero(np.bincount(places.ravel(), minlength=size) >= max(_LEAST * n, 1))
    if not len(held):
        return FeatureEffect(slope, covariance, precision, 0)
    column = np.full(size, -1)
    column[held] = np.arange(len(held))
    at, row = column[places], np.broadcast_to(np.arange(n)[:, None], places.shape)
    indicators = np.zeros((n, len(held)))
    indicators[row[at >= 0], at[at >= 0]] = 1
    indicators -= indicators.mean(axis=0)
    spread = indicators.var(axis=0)
    inverse = np.linalg.inv(indicators.T @ indicators / n + np.diag(_RIDGE * spread + 1e-9))
    found = inverse @ (indicators.T @ residual / n)
    left = indicators * (residual - indicators @ found).sum(axis=1, keepdims=True)
    slope[held] = found
    covariance[np.ix_(held, held)] = inverse @ (left.T @ left / n) @ inverse / n
    precision[np.ix_(held, held)] = inverse
    return FeatureEffect(slope, covariance, precision, len(held))


def corrected(
    rate: npt.ArrayLike, rows: npt.ArrayLike, residual: npt.ArrayLike, group: npt.ArrayLike
) -> FloatArray:
    """Return rates moved so that over the rows of each group of bins their sum moves by `residual` of all rows.

    Each bin moves in proportion to ``p (1 - p)``, as when all log-odds move by one number: sure bins stay sure.

    Parameters
    ----------
    rate, rows : array_like of shape (cells, bins)
    residual : array_like of shape (cells, groups)
        In parts of all rows.
    group : array_like of int, shape (bins,)

    Examples
    --------
    >>> corrected([[0.1, 0.5, 1.0]], [[10, 10, 10]], [[0.05]], [0, 0, 0]).round(3).tolist()
    [[0.14, 0.61, 1.0]]
    """
    rate, rows, group = np.asarray(rate, float), np.asarray(rows, float), np.asarray(group, np.intp)
    room, member = rate * (1 - rate), np.eye(np.shape(residual)[-1])[group]
    with np.errstate(all="ignore"):
        share = rows.sum(axis=1, keepdims=True) / ((rows * room) @ member)
        step = np.where(np.isfinite(share), share, 0.0) * np.asarray(residual, float)
    return np.asarray(np.clip(rate + room * step[:, group], 0, 1))
