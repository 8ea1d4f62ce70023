"""Labelled rows of a binary reference: what features say beyond the score, and windows drawn to lean elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.estimation.curve import Curve, fit_curves
from vedette.estimation.effect import FeatureEffect, fit_effect
from vedette.estimation.pseudo_shift import LEAST, leanings
from vedette.inference.interval import FloatArray
from vedette.metrics.estimated._features import Places, number, places_of
from vedette.summaries.base import State, Summary
from vedette.summaries.sample import NO_KEY, Sample
from vedette.summaries.score_bins import ScoreBins

#: Groups of scores whose residuals are looked at one by one.
_GROUPS = 20
#: Answers about samples that are kept.
_KEPT = 32


class Moved(NamedTuple):
    """What the features of cells say beyond their scores.

    ``residual`` (cells, groups) is by how much positives exceed the calibration curve, in parts of all rows;
    ``variance`` (cells,) that of its sum; ``reach`` (cells,) the part of the reference that is alike; ``group`` (bins,)
    the group of each bin of the score.
    """

    residual: FloatArray
    variance: FloatArray
    reach: FloatArray
    group: Places

    def at(self, cells: Places) -> Moved:
        """Return the part of some cells."""
        return Moved(self.residual[cells], self.variance[cells], self.reach[cells], self.group)


class Fitted(NamedTuple):
    """Calibration curve, effect of the features beyond it, and the group of each bin of the score."""

    curve: Curve
    effect: FeatureEffect
    group: Places

    def moved(self, shift: FloatArray, rows: npt.ArrayLike) -> Moved:
        """Return what moved shares of places (cells, places) say."""
        return Moved(*self.effect.of(shift), self.effect.reach(shift, rows), self.group)


class Pseudo(NamedTuple):
    """Windows drawn from one half of the sampled rows to lean elsewhere, fitted on the other half.

    ``state`` is of score bins, a cell a window; ``observed`` (cells, bins) the share of positives by their labels.
    """

    state: State
    fitted: Fitted
    moved: Moved
    observed: FloatArray


class Sampled(NamedTuple):
    """Labelled rows: score and its bin, predicted and true class, places; numbers of bins and of places."""

    score: FloatArray
    bins: Places
    predicted: Places
    positive: FloatArray
    places: Places
    size: int
    width: int

    def at(self, rows: slice) -> Sampled:
        """Return some of the rows."""
        row = {
            name: getattr(self, name)[rows] for name in ("score", "bins", "predicted", "positive", "places")
        }
        return self._replace(**row)

    def fitted(self) -> Fitted:
        """Return the curve, and the effect of the features over all rows and in each of twenty groups of scores."""
        n, size = len(self.bins), self.size
        count = np.bincount(self.bins, minlength=size)
        curve = fit_curves(np.bincount(self.bins, self.positive, size), count)
        group = np.minimum((np.cumsum(count) - count / 2) / n * _GROUPS, _GROUPS - 1).astype(np.intp)
        residual = np.zeros((n, _GROUPS))
        residual[np.arange(n), group[self.bins]] = self.positive - curve.rate[0][self.bins]
        return Fitted(curve, fit_effect(self.places, residual, self.width), group)

    def pseudo(self, spec: ScoreBins) -> Pseudo | None:
        """Return windows that lean along random features; None where there are too few rows."""
        fit, held = self.at(slice(0, None, 2)), self.at(slice(1, None, 2))
        if len(held.bins) < LEAST:
            return None
        fitted = fit.fitted()
        shifts = leanings(held.places, self.width)
        shifts *= (shifts.sum(axis=1) / (shifts**2).sum(axis=1))[:, None]  # as many rows as they are worth
        state = held.counted(shifts, spec)
        away = np.stack([held.shares(one) for one in shifts]) - fit.shares(np.ones(len(fit.bins)))
        counts = state["counts"].sum(axis=2)
        with np.errstate(invalid="ignore"):
            observed = np.nan_to_num(counts[..., 1] / counts.sum(axis=2))
        return Pseudo(state, fitted, fitted.moved(away, shifts.sum(axis=1)), observed)

    def shares(self, weights: FloatArray) -> FloatArray:
        """Return the share of the weights in each place, shape (places,)."""
        columns = self.places.shape[1]
        sums = np.bincount(self.places.ravel(), np.repeat(weights, columns), self.width)
        return np.asarray(sums / weights.sum())

    def counted(self, weights: FloatArray, spec: ScoreBins) -> State:
        """Return the score bins of rows with weights (cells, rows)."""
        cells, at = len(weights), self.bins * 6 + self.predicted * 3 + self.positive.astype(np.intp)
        score = np.nan_to_num(self.score)
        state = spec.empty(cells)
        counts = np.stack([np.bincount(at, one, self.size * 6) for one in weights])
        state.arrays["counts"] = counts.reshape(cells, self.size, 2, 3)
        for name, values in (("total", score), ("squares", score**2)):
            state.arrays[name] = np.stack(
                [np.bincount(self.bins, one * values, self.size) for one in weights]
            )
        return state


def sampled(sample: State, spec: ScoreBins, columns: Mapping[str, Summary]) -> Sampled | None:
    """Return the labelled rows of a sample; None where there are none, or it does not hold score and label."""
    assert isinstance(sample.spec, Sample)
    categories = dict(sample.spec.categories)
    if spec.label not in categories or spec.score not in sample.spec.numbers:
        return None
    codes = {name: sample["codes"][0][:, i] for i, name in enumerate(categories)}
    rows = np.flatnonzero((sample["keys"][0] != NO_KEY) & (codes[spec.label] >= 0))
    if not len(rows):
        return None
    positive, score = (
        _positive(categories[spec.label], codes[spec.label][rows], spec),
        number(sample, spec.score)[rows],
    )
    predicted = score >= spec.threshold
    if spec.prediction in categories:
        known = codes[spec.prediction][rows]
        predicted = np.where(known >= 0, _positive(categories[spec.prediction], known, spec), predicted)
    places, width = places_of(sample, columns, rows)
    bins = spec.binning.find(score).astype(np.intp)
    return Sampled(
        score, bins, predicted.astype(np.intp), positive.astype(float), places, spec.binning.size, width
    )


def _positive(names: tuple[str, ...], codes: npt.NDArray[np.int32], spec: ScoreBins) -> npt.NDArray[np.bool_]:
    return np.asarray(np.asarray(names)[codes] == spec.classes[-1])


_latest: list[tuple[State, Hashable, Any]] = []


def remembered(sample: State, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return what was made of a sample under a key; the latest answers are kept, for eight metrics ask the same."""
    for known, asked, answer in _latest:
        if known is sample and asked == key:
            return answer
    answer = make()
    _latest[:] = [*_latest[1 - _KEPT :], (sample, key, answer)]
    return answer
