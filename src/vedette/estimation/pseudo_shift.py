"""Which label-free estimator to trust and by how much it errs, tried on shifts of the labelled reference itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.estimation.raking import tilted_weights
from vedette.inference.interval import FloatArray

#: How far along the observed shift pseudo-windows are drawn, in parts of it.
STRENGTHS = (0.25, 0.5, 1.0, 1.5)


class Choice(NamedTuple):
    """The estimator with the least mean error, and how far it may be off."""

    best: int
    half_width: float


def pseudo_shifts(
    indicators: npt.ArrayLike, tilt: npt.ArrayLike, random: int = 12, seed: int = 0
) -> Iterator[FloatArray]:
    """Yield weights of reference rows: along the observed tilt, and along random pairs of indicators as long as it.

    Parameters
    ----------
    indicators : array_like of shape (n, d)
    tilt : array_like of shape (d,)
        Of `rake` towards the window in question.
    random, seed : int
        Number of random directions, and the seed of their generator.

    Examples
    --------
    >>> len(list(pseudo_shifts(np.eye(4), np.ones(4), random=3)))
    7
    """
    rows, tilt = np.asarray(indicators, float), np.asarray(tilt, float)
    yield from (tilted_weights(rows, tilt, strength) for strength in STRENGTHS)
    generator = np.random.default_rng(seed)
    length = float(np.std(rows @ tilt))
    for _ in range(random):
        direction = np.zeros(rows.shape[1])
        direction[generator.choice(rows.shape[1], min(2, rows.shape[1]), replace=False)] = generator.choice(
            (-1, 1), 2
        )[: min(2, rows.shape[1])]
        yield tilted_weights(rows, direction, length / max(float(np.std(rows @ direction)), 1e-12))


def choose(errors: npt.ArrayLike, level: float = 0.95) -> Choice:
    """Return the estimator that errs least over pseudo-shifts, and the half-width that its errors call for.

    The half-width is the ``ceil(level (S + 1))``-th smallest of S errors: it holds the next error with probability
    `level` *if the real shift is exchangeable with the pseudo-shifts*, which nobody can promise.

    Parameters
    ----------
    errors : array_like of shape (estimators, shifts)
        Estimate minus truth.
    level : float

    References
    ----------
    J. Elder et al. (2020), Learning prediction intervals for model performance, arXiv:2012.08625.

    Examples
    --------
    >>> choose([[0.02, -0.02, 0.04], [0.01, 0.0, -0.01]])
    Choice(best=1, half_width=0.01)
    """
    size = np.abs(np.asarray(errors, float))
    best = int(size.mean(axis=1).argmin())
    ranked = np.sort(size[best])
    place = min(int(np.ceil(level * (len(ranked) + 1))), len(ranked)) - 1
    return Choice(best, float(ranked[place]))


def shift_errors(
    estimators: Sequence[Callable[[FloatArray], float]],
    truth: Callable[[FloatArray], float],
    shifts: Iterator[FloatArray],
) -> FloatArray:
    """Return estimate minus truth of each estimator at each pseudo-shift, shape (estimators, shifts).

    Every function takes the weights of reference rows and returns the metric of the pseudo-window they make;
    `truth` reads the labels, the estimators may not.

    Examples
    --------
    >>> ones = [lambda w: float(w[0]), lambda w: 0.0]
    >>> shift_errors(ones, lambda w: 1.0, iter([np.ones(2), np.array([2.0, 0.0])])).tolist()
    [[0.0, 1.0], [-1.0, -1.0]]
    """
    found = [[estimate(weights) - truth(weights) for estimate in estimators] for weights in shifts]
    return np.asarray(found, float).T
