"""The share of positives in a stratum from labels so far, labels still out, and what the scores promise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.late_labels.delay_law import DelayLaw

#: Halvings of the interval that holds the rate: to 1e-13.
_HALVINGS = 44
#: Newton steps towards the common shift.
_NEWTON = 25


class Rates(NamedTuple):
    """Share of positives by window and stratum, and the variance of its estimate, each (windows, strata)."""

    rate: FloatArray
    variance: FloatArray


class Shift(NamedTuple):
    """By how much the log-odds of all strata moved, and the variance of that, each (windows,)."""

    size: FloatArray
    variance: FloatArray

    def of(self, rate: npt.ArrayLike) -> FloatArray:
        """Return moved rates, shape (windows, strata); a shift of 0 leaves every bit."""
        rate = np.asarray(rate, float)
        inside = np.clip(rate, 1e-6, 1 - 1e-6)
        odds = inside / (1 - inside) * np.exp(self.size)[:, None]
        return np.where(self.size[:, None] == 0, rate, odds / (1 + odds))


def common_shift(
    labelled: npt.ArrayLike,
    waiting: npt.ArrayLike,
    prior: npt.ArrayLike,
    law: DelayLaw,
    spread: npt.ArrayLike,
) -> Shift:
    """Return by how much all strata together moved away from what scores promise, by the labels so far.

    A change of the label's meaning or frequency mostly moves many strata one way; together they tell it early, when
    each alone has too few labels. No labels, no shift.

    Parameters
    ----------
    labelled, waiting, prior, law
        As for `positive_rates`.
    spread : array_like of shape (windows,) or ()
        Standard deviation of shifts that is taken for usual beforehand.

    Examples
    --------
    >>> law = DelayLaw(np.array([[[0.0, 0.5, 1.0]] * 2] * 2), np.zeros(2), 2, True)
    >>> labels, waiting = [[[60, 40], [40, 60]]], [[[0, 100, 0], [0, 100, 0]]]
    >>> common_shift(labels, waiting, [[0.25, 0.43]], law, 1.0).size.round(2).tolist()
    [0.68]
    """
    labelled, waiting, prior = (np.asarray(a, float) for a in (labelled, waiting, prior))
    spread = np.broadcast_to(np.asarray(spread, float), (len(labelled),))
    moved, size = _Waiting(waiting, law), np.zeros(len(labelled))
    curvature = 1 / spread**2
    for _ in range(_NEWTON):
        rate = Shift(size, size).of(np.clip(prior, 1e-6, 1 - 1e-6))
        room = rate * (1 - rate)
        ratio, held = moved.slope(rate), labelled.sum(axis=2)
        # In log-odds: labels pull by L1 - (L1 + L0) p, those that wait by their slope in p times p (1 - p).
        pull = (labelled[..., 1] - held * rate + room * ratio).sum(axis=1) - size / spread**2
        curvature = (room * held + room**2 * moved.bend(rate)).sum(axis=1) + 1 / spread**2
        size = np.clip(size + np.clip(pull / curvature, -1, 1), -4, 4)
    silent = (held.sum(axis=1) == 0) & (moved.told.sum(axis=1) == 0)
    return Shift(np.where(silent, 0.0, size), 1 / curvature)


def positive_rates(
    labelled: npt.ArrayLike,
    waiting: npt.ArrayLike,
    prior: npt.ArrayLike,
    law: DelayLaw,
    weight: npt.ArrayLike,
) -> Rates:
    """Return the share of positives that labels so far and the prior make most probable.

    The chain ladder (labels so far, divided by the share that must be in by now) uses only the labels of one class and
    is wild while these are few. This is its likelihood: labels of both classes, and rows that have waited so long that
    one class is ruled out, with a prior of `weight` rows.

    Parameters
    ----------
    labelled : array_like of shape (windows, strata, 2)
        Labels so far, by class.
    waiting : array_like of shape (windows, strata, ages)
        Rows without a label, by age.
    prior : array_like of shape (windows, strata)
        Share of positives that the scores promise.
    law : DelayLaw
    weight : array_like of shape (windows,) or ()
        Rows that the prior counts for.

    Examples
    --------
    Ten positives are in, when half of the positives and no negative should be; scores promise 10 %:

    >>> law = DelayLaw(np.array([[[0.0, 0.0, 1.0], [0.0, 0.5, 1.0]]]), np.zeros(1), 2, True)
    >>> [positive_rates([[[0, 10]]], [[[0, 90, 0]]], [[0.1]], law, k).rate.round(3).item() for k in (1e-6, 1e6)]
    [0.2, 0.1]
    """
    labelled, waiting, prior = (np.asarray(a, float) for a in (labelled, waiting, prior))
    mass = np.broadcast_to(np.asarray(weight, float), (len(labelled),))[:, None]
    positives, negatives = labelled[..., 1] + mass * prior, labelled[..., 0] + mass * (1 - prior)
    low, high = np.zeros(prior.shape), np.ones(prior.shape)
    moved = _Waiting(waiting, law)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = (
            positives * (1 - middle) - negatives * middle + middle * (1 - middle) * moved.slope(middle) > 0
        )
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    silent = (labelled.sum(axis=-1) == 0) & (moved.told == 0)
    rate = np.where(silent, prior, (low + high) / 2)
    inside = np.clip(rate, 1e-6, 1 - 1e-6)
    curvature = positives / inside**2 + negatives / (1 - inside) ** 2 + moved.bend(inside)
    return Rates(rate, np.minimum(1 / np.maximum(curvature, 1e-12), inside * (1 - inside)))


class _Waiting:
    """The part that rows without a label have in the likelihood of the rate."""

    def __init__(self, waiting: FloatArray, law: DelayLaw) -> None:
        comes, some = (1 - law.never)[:, None], np.flatnonzero(waiting.any(axis=(0, 1)))
        still = law.open[..., some]
        self.rows = waiting[..., some]
        self.difference = comes * (still[:, 1] - still[:, 0])
        self.base = law.never[:, None] + comes * still[:, 0]
        #: Rows whose waiting says something about their class.
        self.told = (self.rows * (self.difference != 0)).sum(axis=-1)

    def slope(self, rate: FloatArray) -> FloatArray:
        """Return the derivative of the log likelihood."""
        return np.asarray((self.rows * self._ratio(rate)).sum(axis=-1))

    def bend(self, rate: FloatArray) -> FloatArray:
        """Return minus the second derivative."""
        return np.asarray((self.rows * self._ratio(rate) ** 2).sum(axis=-1))

    def _ratio(self, rate: FloatArray) -> FloatArray:
        chance = self.base + rate[..., None] * self.difference
        return np.asarray(np.where(chance > 1e-12, self.difference / np.maximum(chance, 1e-12), 0.0))


def surprise(labelled: npt.ArrayLike, exposed: npt.ArrayLike, prior: npt.ArrayLike) -> FloatArray:
    """Return by how many standard deviations early positives miss what scores promise, shape (windows,).

    Parameters
    ----------
    labelled : array_like of shape (windows, strata)
        Positive labels so far.
    exposed : array_like of shape (windows, strata)
        Rows, each weighted by the share of positive labels that must be in at its age.
    prior : array_like of shape (windows, strata)

    Notes
    -----
    The normal score of the chi-square statistic over strata with at least five expected (Wilson-Hilferty).

    Examples
    --------
    >>> surprise([[10, 30]], [[100, 100]], [[0.1, 0.3]]).round(1).tolist()
    [-2.7]
    >>> bool(surprise([[30, 60]], [[100, 100]], [[0.1, 0.3]])[0] > 4)
    True
    """
    labelled, exposed, prior = (np.asarray(a, float) for a in (labelled, exposed, prior))
    expected = exposed * prior
    kept = expected >= 5
    square = np.where(kept, (labelled - expected) ** 2 / np.maximum(expected * (1 - prior), 1e-9), 0.0).sum(
        axis=1
    )
    free = np.maximum(kept.sum(axis=1), 1)
    score = ((square / free) ** (1 / 3) - (1 - 2 / (9 * free))) / np.sqrt(2 / (9 * free))
    return np.where(kept.any(axis=1), score, 0.0)
