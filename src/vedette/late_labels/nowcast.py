"""What labels that are out will say: expected labels by score bin, and draws of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.late_labels.delay_law import DelayLaw
from vedette.late_labels.rates import Rates, Shift, common_shift, positive_rates, surprise

#: Early labels that contradict the scores by more standard deviations make their promise count for less.
CONTRADICTED, LESS, WIDE = 3.3, 0.1, 1.0
#: Scores are never surer than this once labels move them.
_SURE = 1e-3
_STEPS = 12


class Strata(NamedTuple):
    """Counts of windows, by stratum and by the finer cells (score bin x predicted class) that strata are made of.

    ``labelled`` (windows, cells, 2) and ``waiting`` (windows, cells) count rows by class and rows without a label;
    ``ages`` (windows, strata, ages) those without a label, by age; ``rows`` (windows, strata, ages) all; ``promise``
    (cells,) is the share of positives that scores promise; ``stratum`` (cells,) says of which stratum a cell is.
    """

    labelled: FloatArray
    waiting: FloatArray
    ages: FloatArray
    rows: FloatArray
    promise: FloatArray
    stratum: npt.NDArray[np.intp]

    def at(self, windows: npt.NDArray[np.intp] | slice) -> Strata:
        """Return some windows."""
        counts = (self.labelled[windows], self.waiting[windows], self.ages[windows], self.rows[windows])
        return Strata(*counts, self.promise, self.stratum)

    def summed(self, cells: npt.ArrayLike) -> FloatArray:
        """Return sums by stratum of numbers (..., cells), shape (..., strata)."""
        given = np.asarray(cells, float)
        return np.asarray(given @ np.eye(self.rows.shape[1])[self.stratum])

    @property
    def prior(self) -> FloatArray:
        """Share of positives that scores promise, shape (windows, strata); a half where there are no rows."""
        held = self.labelled.sum(axis=2) + self.waiting
        rows = self.summed(held)
        return np.where(rows > 0, self.summed(held * self.promise) / np.maximum(rows, 1e-300), 0.5)

    def totals(self) -> Totals:
        """Return the counts by stratum."""
        labelled = np.stack([self.summed(self.labelled[..., side]) for side in (0, 1)], axis=2)
        return Totals(labelled, self.ages, self.rows, self.prior)


class Totals(NamedTuple):
    """Counts by stratum: labels by class, rows without one and all rows by age, and what scores promise."""

    labelled: FloatArray
    ages: FloatArray
    rows: FloatArray
    prior: FloatArray


class Promise(NamedTuple):
    """How far the scores' promise is trusted against early labels.

    ``rows`` is how many rows it counts for in each stratum; ``spread`` the standard deviation, in log-odds, by which
    all strata may have moved together.
    """

    rows: float = 50.0
    spread: float = 0.2


#: How far scores are trusted unless a replay has found better.
USUAL = Promise()


class Outcome(NamedTuple):
    """Expected labels of rows that have none: negative and positive, each (windows, cells); the rest gets none."""

    negative: FloatArray
    positive: FloatArray


class Fitted(NamedTuple):
    """Shares of positives by stratum, the common shift they begin from."""

    rates: Rates
    shift: Shift


def fitted_rates(totals: Totals, law: DelayLaw, promise: Promise = USUAL) -> Fitted:
    """Return the share of positives of each stratum by the labels so far and the scores' promise.

    First all strata move together, then each by itself. Where early positives contradict the promise it counts for a
    tenth and may move far, for the calibration has then changed.
    """
    if not law.settled:
        return _remaining(totals, promise)
    labelled, prior = totals.labelled, totals.prior
    exposed = (totals.rows * (1 - law.never)[:, None] * law.known[:, 1]).sum(axis=2)
    far = surprise(labelled[..., 1], exposed, prior) > CONTRADICTED
    spread = np.where(far, max(WIDE, promise.spread), promise.spread)
    shift = common_shift(labelled, totals.ages, prior, law, spread)
    weight = np.where(far, LESS * promise.rows, promise.rows)
    return Fitted(positive_rates(labelled, totals.ages, shift.of(prior), law, weight), shift)


def _remaining(totals: Totals, promise: Promise) -> Fitted:
    """Return the share of positives among rows without a label when nobody knows which labels come first.

    Then labels that are in say nothing about the rate: all rows together are what the scores promise, and what is
    left of the positives lies among those that wait.
    """
    labelled, prior = totals.labelled, totals.prior
    known, out = labelled.sum(axis=2), totals.ages.sum(axis=2)
    left = np.clip(((known + out) * prior - labelled[..., 1]) / np.maximum(out, 1e-300), 0, 1)
    rate = np.where((known > 0) & (out > 0), left, prior)
    still = np.zeros(len(rate))
    return Fitted(Rates(rate, prior * (1 - prior) / promise.rows), Shift(still, still + promise.spread**2))


def expected_labels(strata: Strata, law: DelayLaw, rate: npt.ArrayLike) -> Outcome:
    """Return the labels to expect where none are, given the share of positives of each stratum.

    A row that has waited is not like one that is new: where positives come early, one that has waited long is hardly a
    positive. By Bayes, ``P(positive | no label by age a) = p (1 - G1(a)) / (p (1 - G1(a)) + (1 - p) (1 - G0(a)))``.

    Parameters
    ----------
    strata : Strata
    law : DelayLaw
    rate : array_like of shape (windows, strata)
        Of `fitted_rates`; the cells of a stratum keep their order by the scores' promise.

    Notes
    -----
    Of new rows the scores' promise is left as it is: the label-free estimate. Past the horizon nothing is
    expected any more: what comes out is the truth. Whether a row never gets a label is taken to depend on its stratum
    alone, not on its class (missing at random given score and prediction).

    References
    ----------
    O. Chapelle (2014), Modeling delayed feedback in display advertising, doi:10.1145/2623330.2623634. S. Yasui et al.
    (2020), A feedback shift correction in predicting conversion rates under delayed feedback,
    doi:10.1145/3366423.3380032.
    """
    shares = _by_age(strata.ages)
    chance = moved(strata, np.asarray(rate, float))
    negative, positive = np.zeros_like(chance), np.zeros_like(chance)
    for i, p in enumerate(chance):  # a window at a time: cells by ages of all would not fit a cache
        some, ages = np.flatnonzero(strata.waiting[i] > 0), np.flatnonzero(shares[i].any(axis=0))
        at = strata.stratum[some]
        zero, one = _to_come(p[some], law.never[at], law.open[at][..., ages], shares[i][at][:, ages])
        negative[i, some], positive[i, some] = zero, one
    return Outcome(negative * strata.waiting, positive * strata.waiting)


def to_come(rate: npt.ArrayLike, ages: npt.ArrayLike, law: DelayLaw) -> FloatArray:
    """Return the negative and positive labels to come in each stratum, shape (windows, strata, 2).

    Parameters
    ----------
    rate : array_like of shape (windows, strata)
        Share of positives among all rows.
    ages : array_like of shape (windows, strata, ages)
        Rows without a label.

    Examples
    --------
    Of a hundred rows half were positive; all labels of these are in, those of the others are not:

    >>> law = DelayLaw(np.array([[[0.0, 0.0, 1.0], [0.0, 1.0, 1.0]]]), np.zeros(1), 2, True)
    >>> to_come([[0.5]], [[[0, 50, 0]]], law).tolist()
    [[[50.0, 0.0]]]
    """
    return np.stack(_to_come(np.asarray(rate, float), law.never, law.open, np.asarray(ages, float)), axis=-1)


def _to_come(
    rate: FloatArray, never: FloatArray, still: FloatArray, rows: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return negative and positive labels to come, of rows (..., cells, ages) whose labels are out."""
    one = ((1 - never) * rate)[..., None] * still[:, 1]
    zero = ((1 - never) * (1 - rate))[..., None] * still[:, 0]
    out = one + zero
    with np.errstate(invalid="ignore", divide="ignore"):
        of_age = np.where(out > 0, rows / (never[:, None] + out), 0.0)
    return (zero * of_age).sum(axis=-1), (one * of_age).sum(axis=-1)


def moved(strata: Strata, rate: FloatArray) -> FloatArray:
    """Return the share of positives of each cell, moved so that strata have their rates, shape (windows, cells).

    All log-odds of a stratum move by one number; a stratum that keeps its rate keeps every bit of its cells.
    """
    held = strata.labelled.sum(axis=2) + strata.waiting
    rows = np.maximum(strata.summed(held), 1e-300)
    sure = np.clip(strata.promise, _SURE, 1 - _SURE)
    start = strata.summed(held * sure) / rows
    goal = np.clip(start + rate - strata.prior, _SURE / 10, 1 - _SURE / 10)
    away = np.abs(rate - strata.prior) > 1e-12
    logit, step = np.log(sure) - np.log1p(-sure), np.zeros(rate.shape)
    for _ in range(_STEPS):
        now = 1 / (1 + np.exp(-(logit + step[:, strata.stratum])))
        slope = strata.summed(held * now * (1 - now)) / rows
        gap = strata.summed(held * now) / rows - goal
        step = np.clip(step - np.where(away & (slope > 1e-9), gap / np.maximum(slope, 1e-9), 0.0), -8, 8)
    now = 1 / (1 + np.exp(-(logit + step[:, strata.stratum])))
    shifted = np.clip(strata.promise + now - sure, 0, 1)
    return np.where(away[:, strata.stratum], shifted, strata.promise)


def drawn_labels(
    strata: Strata, fitted: Fitted, outcome: Outcome, draws: int, seed: int = 0
) -> tuple[FloatArray, FloatArray]:
    """Return draws of negative and positive labels where none are, of one window, each (draws, cells).

    A draw moves all strata together and each by its own error, then throws the dice of every row.
    """
    rng = np.random.default_rng(seed)
    rate = np.clip(fitted.rates.rate[0], 1e-6, 1 - 1e-6)
    away = rng.normal(0, np.sqrt(fitted.shift.variance), draws)
    centre = Shift(away, away).of(np.broadcast_to(rate, (draws, len(rate))))
    size = np.maximum(rate * (1 - rate) / np.maximum(fitted.rates.variance[0], 1e-12) - 1, 1e-3)
    drawn = rng.beta(np.maximum(centre * size, 1e-3), np.maximum((1 - centre) * size, 1e-3))
    rows = np.rint(strata.waiting[0]).astype(np.int64)
    share = np.maximum(strata.waiting[0], 1e-300)
    one = _clipped(outcome.positive[0] / share * (drawn / rate)[:, strata.stratum])
    zero = _clipped(outcome.negative[0] / share * ((1 - drawn) / (1 - rate))[:, strata.stratum])
    positive = rng.binomial(rows, np.minimum(one, 1))
    negative = rng.binomial(rows - positive, _clipped(zero / np.maximum(1 - one, 1e-12)))
    return negative.astype(float), positive.astype(float)


def _clipped(chance: FloatArray) -> FloatArray:
    return np.clip(np.nan_to_num(chance), 0.0, 1.0)


def _by_age(ages: FloatArray) -> FloatArray:
    """Return the share of each age among the rows of a stratum without a label."""
    return np.asarray(ages / np.maximum(ages.sum(axis=2, keepdims=True), 1e-300))
