"""Interval of the F-score."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, defined, floats
from vedette.inference.newcombe import square_and_add
from vedette.inference.wilson import wilson_interval


def f_beta_interval(
    tp: npt.ArrayLike, fp: npt.ArrayLike, fn: npt.ArrayLike, beta: float = 1.0, level: float = 0.95
) -> Interval:
    """Interval of F-beta from true positives, false positives and false negatives.

    Answers "which F-beta agrees with these counts?". It misleads when rows are dependent, and says
    nothing about true negatives, which F-beta ignores.

    Parameters
    ----------
    tp, fp, fn : array_like
        Counts, in rows; weighted or expected (non-integer) counts are accepted.
    beta : float, default 1.0
        Weight of recall against precision; 2 favours recall, 0.5 precision.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [0, 1]. Undefined (nan) when ``tp + fp + fn <= 0``: no positive row and none predicted.

    Raises
    ------
    ValueError
        When `beta` is not a positive number.

    Notes
    -----
    Given the ``m = tp + fp + fn`` rows that count, ``tp ~ Binomial(m, J)`` (J: Jaccard index) and, given the
    errors, ``fn ~ Binomial(fp + fn, q)``, independent of each other. The odds of F-beta factor into the two::

        F/(1-F) = (1 + β²) · J/(1-J) / c(q),        c(q) = β² q + (1 - q)

    so its log is a difference of two independent estimates, each a monotone image of a proportion with a
    Wilson interval, joined by square-and-add. For β = 1, c = 1 and this *is* the Wilson interval of J mapped
    through ``F = 2J / (1 + J)``: no approximation beyond Wilson's. For other β it is one; measured coverage
    for 95 % is 91-97 %, the lowest at β = 4 with ten positive rows.

    References
    ----------
    Zou, Donner (2008). doi:10.1002/sim.3095 ·
    Goutte, Gaussier (2005), A probabilistic interpretation of precision, recall and F-score.
    doi:10.1007/978-3-540-31865-1_25

    Examples
    --------
    >>> np.round(f_beta_interval(72, 8, 18), 3).tolist()
    [0.78, 0.896]
    >>> np.round(f_beta_interval([72, 0], [8, 0], [18, 0], beta=2.0), 3).tolist()
    [[0.739, nan], [0.88, nan]]
    """
    if not beta > 0:
        raise ValueError(f"beta={beta!r}. F-beta needs a positive beta. Pass 1 for F1, 2 to favour recall.")
    tp, fp, fn = floats(tp, fp, fn)
    with np.errstate(all="ignore"):
        errors = fp + fn
        cost, cost_low, cost_high = _error_cost(fn, errors, beta**2, level)
        jaccard_low, jaccard_high = wilson_interval(tp, tp + errors, level)
        scale = np.log1p(beta**2)
        low, high = square_and_add(
            _logit(tp / (tp + errors)), _logit(jaccard_low), _logit(jaccard_high), cost, cost_low, cost_high
        )
        # At J = 0 or 1 the point is infinite, and square-and-add tends to these one-sided limits.
        low = np.where(tp <= 0, -np.inf, np.where(errors <= 0, _logit(jaccard_low) - cost_high, low))
        high = np.where(errors <= 0, np.inf, np.where(tp <= 0, _logit(jaccard_high) - cost, high))
        return defined(tp + errors > 0, _expit(scale + low), _expit(scale + high))


def _error_cost(fn: FloatArray, errors: FloatArray, beta2: float, level: float) -> tuple[FloatArray, ...]:
    """Log of the mean weight of an error and its interval; without any error, all weights are possible."""
    q_low, q_high = wilson_interval(fn, errors, level)
    none = errors <= 0
    q = np.where(none, 0.5, fn / errors)
    ends = [np.log1p((beta2 - 1) * end) for end in (np.where(none, 0, q_low), np.where(none, 1, q_high))]
    return np.log1p((beta2 - 1) * q), np.minimum(*ends), np.maximum(*ends)


def _logit(p: FloatArray) -> FloatArray:
    return np.asarray(np.log(p) - np.log1p(-p))


def _expit(x: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-x)))
