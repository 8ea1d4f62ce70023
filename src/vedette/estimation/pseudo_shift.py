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
#: With fewer rows to draw pseudo-windows from nothing can be told.
LEAST = 200


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


class Trial(NamedTuple):
    """What pseudo-shifts say of several ways to estimate: which errs least, and how its variance grows with the shift.

    ``excess`` is the variance beyond chance for a shift of length one (see `lengths`).
    """

    best: int
    excess: float


def leanings(places: npt.ArrayLike, size: int, shifts: int = 40, seed: int = 0) -> FloatArray:
    """Return weights of mean 1 that lean sampled rows along one to three random columns, shape (shifts, rows).

    A column leans towards its high or low places, or towards one place; by `STRENGTHS` standard deviations.

    Parameters
    ----------
    places : array_like of int, shape (rows, columns)
        Where each row lies: a number below `size`, different columns using different numbers, in order.
    size, shifts, seed : int

    Examples
    --------
    >>> weights = leanings([[0, 2], [1, 3], [1, 2]], 4, shifts=5)
    >>> weights.shape, weights.mean(axis=1).round(9).tolist()
    ((5, 3), [1.0, 1.0, 1.0, 1.0, 1.0])
    """
    places = np.asarray(places, np.intp)
    generator = np.random.default_rng(seed)
    found = np.empty((shifts, len(places)))
    for i in range(shifts):
        columns = generator.choice(
            places.shape[1], min(generator.integers(1, 4), places.shape[1]), replace=False
        )
        height = np.zeros(len(places))
        for column in places[:, columns].T:
            one = generator.random() < 1 / 2
            pull = (column == generator.choice(column)) if one else column
            height += generator.choice((-1, 1)) * _standard(pull.astype(float))
        found[i] = tilted_weights(height[:, None], np.ones(1), STRENGTHS[i % len(STRENGTHS)])
    return found


def _standard(values: FloatArray) -> FloatArray:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-12))


def lengths(reach: npt.ArrayLike) -> FloatArray:
    """Return the squared length of a shift from the part of the reference that is alike: ``1 / reach - 1``.

    It is the chi-squared distance between the margins of window and reference.

    Examples
    --------
    >>> lengths([1.0, 0.5]).tolist()
    [0.0, 1.0]
    """
    return np.asarray(1 / np.maximum(np.asarray(reach, float), 1e-6) - 1)


def trial(errors: npt.ArrayLike, chance: npt.ArrayLike, length: npt.ArrayLike, usual: int) -> Trial:
    """Return the way that errs least over pseudo-shifts, and how fast its error grows beyond chance.

    Another way than the usual one is taken only when its squared errors are smaller by two standard errors: what is
    the least of noisy numbers is mostly luck.

    Parameters
    ----------
    errors : array_like of shape (ways, shifts)
        Estimate minus truth.
    chance : array_like of shape (shifts,)
        Variance that the errors have without any shift.
    length : array_like of shape (shifts,)
        Of `lengths`.
    usual : int
        The way taken unless another is better.

    Notes
    -----
    The band that comes out holds *if the real shift is like the pseudo-shifts*: one of where rows come from, and not
    of what their labels mean.

    Examples
    --------
    >>> trial([[0.2, 0.2], [0.1, -0.1]], [0.002, 0.002], [1.0, 1.0], usual=0)
    Trial(best=1, excess=0.008)
    """
    squares = np.asarray(errors, float) ** 2
    best = int(squares.mean(axis=1).argmin())
    gain = squares[usual] - squares[best]
    if gain.mean() <= 2 * gain.std() / np.sqrt(len(gain)):
        best = usual
    beyond = float((squares[best] - np.asarray(chance, float)).sum())
    return Trial(best, round(max(beyond, 0.0) / max(float(np.sum(length)), 1e-12), 12))
