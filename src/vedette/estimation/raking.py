"""Reference rows reweighted so that their shares are those of a window whose rows are not at hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray

#: Newton steps at most, the longest of them, and the largest weight.
_STEPS, _STRIDE, _LARGEST = 30, 1.5, 50.0


def rake(
    indicators: npt.ArrayLike, target: npt.ArrayLike, ridge: float = 1e-3
) -> tuple[FloatArray, FloatArray]:
    """Return weights of mean 1 under which the indicators have the target's means, and the tilt that makes them.

    Answers "how would the reference look, were its margins those of the window?" Of all weights with these margins
    they are the nearest to equal ones (least Kullback-Leibler divergence). They mislead where the window's *joint*
    distribution differs by more than its margins, and where few rows carry most of the weight (`effective_share`).

    Parameters
    ----------
    indicators : array_like of shape (n, d)
        Membership of each reference row in each bin; one bin of every column may be left out.
    target : array_like of shape (d,)
        The window's share of each bin.
    ridge : float
        Price of a long tilt: margins out of reach are then approached instead of met.

    Returns
    -------
    weights : ndarray of shape (n,)
        ``w_i ~ exp(tilt . indicators_i)``, cut at 50 times the mean.
    tilt : ndarray of shape (d,)

    References
    ----------
    J. Hainmueller (2012), Entropy balancing for causal effects, doi:10.1093/pan/mpr025.

    Examples
    --------
    >>> weights, _ = rake([[1], [0], [0], [0]], [0.5], ridge=0)
    >>> weights.round(3).tolist()
    [2.0, 0.667, 0.667, 0.667]
    """
    centred = np.asarray(indicators, float) - np.asarray(target, float)
    size = centred.shape[1]
    tilt = np.zeros(size)
    for _ in range(_STEPS):
        share = _tilted(centred, tilt) / len(centred)
        mean = share @ centred
        bend = (centred * share[:, None]).T @ centred - np.outer(mean, mean) + (ridge + 1e-12) * np.eye(size)
        step = np.linalg.solve(bend, mean + ridge * tilt)
        length = float(np.sqrt(max(step @ bend @ step, 0.0)))
        tilt = tilt - step * min(1.0, _STRIDE / max(length, 1e-300))
        if length < 1e-9:
            break
    weights = np.minimum(_tilted(centred, tilt), _LARGEST)
    return weights / weights.mean(), tilt


def effective_share(weights: npt.ArrayLike) -> float:
    """Return the effective number of rows behind weights, over their number: 1 when equal, near 0 when few carry all.

    Examples
    --------
    >>> effective_share([1.0, 1.0, 0.0, 0.0])
    0.5
    """
    weights = np.asarray(weights, float)
    return float(weights.sum() ** 2 / (weights**2).sum() / len(weights))


def tilted_weights(indicators: npt.ArrayLike, tilt: npt.ArrayLike, strength: float = 1.0) -> FloatArray:
    """Return weights of mean 1 along a tilt, weaker or stronger than it is.

    Examples
    --------
    >>> tilted_weights([[1.0], [0.0]], [np.log(3)]).round(2).tolist()
    [1.5, 0.5]
    """
    return _tilted(np.asarray(indicators, float), strength * np.asarray(tilt, float))


def _tilted(rows: FloatArray, tilt: FloatArray) -> FloatArray:
    height = rows @ tilt
    weights = np.exp(height - height.max())
    return np.asarray(weights / weights.mean())
