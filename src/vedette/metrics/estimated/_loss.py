"""What the label-free metrics of a regression share: the mean loss along the prediction, moved by the features."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np

from vedette.estimation.band import curve_variance
from vedette.estimation.curve import Curve
from vedette.estimation.effect import FeatureEffect, fit_effect
from vedette.estimation.loss_curve import fit_loss_curves
from vedette.estimation.pseudo_shift import LEAST, Trial, leanings, lengths, trial
from vedette.inference.interval import FloatArray, Interval, normal_quantile
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.estimated._features import Places, number, places_of
from vedette.metrics.estimated._label_free import REACH, LabelFree, away, columns_of
from vedette.metrics.estimated._sampled import remembered
from vedette.metrics.regression.base import log_interval
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.error_bins import LABELLED, ROWS, ErrorBins
from vedette.summaries.sample import NO_KEY
from vedette.values import Direction, Estimates

#: Parts of the effect of the features that are tried on pseudo-shifts of the reference.
WAYS = (0.0, 0.5, 1.0)


class Tried(NamedTuple):
    """An effect of features, and what pseudo-shifts say of it."""

    effect: FeatureEffect
    trial: Trial


class Sampled(NamedTuple):
    """Labelled rows of the reference: bin of the prediction, loss, places; numbers of bins and of places."""

    bins: Places
    loss: FloatArray
    places: Places
    size: int
    width: int

    def at(self, rows: slice) -> Sampled:
        """Return some of the rows."""
        return self._replace(bins=self.bins[rows], loss=self.loss[rows], places=self.places[rows])

    def fitted(self) -> tuple[Curve, FeatureEffect]:
        """Return the curve along the prediction, and the effect of the features beyond it."""
        sums = (
            np.bincount(self.bins, w, self.size) for w in (np.ones(len(self.loss)), self.loss, self.loss**2)
        )
        curve, _ = fit_loss_curves(*sums)
        return curve, fit_effect(self.places, (self.loss - curve.rate[0][self.bins])[:, None], self.width)

    def tried(self) -> Trial:
        """Return what pseudo-shifts of one half of the rows say of the ways to estimate, fitted on the other."""
        fit, held = self.at(slice(0, None, 2)), self.at(slice(1, None, 2))
        if len(held.loss) < LEAST:
            return Trial(len(WAYS) - 1, 0.0)
        curve, effect = fit.fitted()
        shifts = leanings(held.places, self.width) / len(held.loss)
        truth, rows = shifts @ held.loss, 1 / (shifts**2).sum(axis=1)
        level = shifts @ np.where(np.isfinite(curve.rate[0]), curve.rate[0], 0.0)[held.bins]
        moved = np.stack([held.shares(one) for one in shifts]) - fit.shares(
            np.full(len(fit.loss), 1 / len(fit.loss))
        )
        residual, variance = effect.of(moved)
        errors = level + np.multiply.outer(WAYS, residual[:, 0]) - truth
        chance = variance + (shifts**2 @ (held.loss - curve.rate[0][held.bins]) ** 2)
        return trial(errors, chance, lengths(effect.reach(moved, rows)), len(WAYS) - 1)

    def shares(self, weights: FloatArray) -> FloatArray:
        """Return the share of the weights in each place, shape (places,)."""
        columns = self.places.shape[1]
        return np.asarray(np.bincount(self.places.ravel(), np.repeat(weights, columns), self.width))


class EstimatedLoss(LabelFree, frozen=True, kw_only=True):
    """A mean loss of a regression, estimated from where its rows lie.

    The reference's labels give the mean loss in each of twenty stretches of the prediction, and by how much each part
    of each feature misses more or less than that; the current rows bring only how many they are in each.
    """

    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    better: ClassVar[Direction] = "lower"
    tasks: ClassVar[tuple[str, ...]] = ("regression",)
    #: Places of the loss and of its square among the sums of `ErrorBins`.
    sums: ClassVar[tuple[int, int]]

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        why = super().why_not(layout)
        if why is None and layout.label is None:
            return Sentence.of("why.needs_known_labels", metric=self.name)
        return why

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the errors by bin of the prediction, and the bins of the features."""
        return {"errors": layout.error_bins(), **self.column_bins(layout)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the estimate of each cell."""
        rows = current["errors"]["sums"][:, :-1, ROWS]
        n = rows.sum(axis=1)
        if reference is None:
            return Estimates.none(n, "no reference")
        known = reference["errors"]["sums"]
        curve, spread = fit_loss_curves(known[..., LABELLED], *(known[..., place] for place in self.sums))
        spread, held = spread[:, :-1], Curve(curve.rate[:, :-1], curve.block[:, :-1], curve.variance[:, :-1])
        residual, doubt, reach = self._moved(current, reference, n, held)
        share = over(rows, n[:, None])
        with np.errstate(all="ignore"):
            value = (share * held.rate).sum(axis=1) + residual
            variance = curve_variance(1 / n[:, None, None], rows[..., None], held) + doubt
            if self.band == "realised":
                variance = variance + (share * spread).sum(axis=1) / n
            value, low, high = self.read(value, normal_quantile(level) * np.sqrt(variance))
        beyond = self.out_of_reach(current, reference)
        if self.gate == "features":
            beyond |= reach < REACH
        found = Estimates.of(np.where(beyond, np.nan, value), low, high, n=n).because("not covered", beyond)
        return found.because("unlabelled", np.isnan(curve.rate[:, 0])).because("insufficient", n <= 0)

    def _moved(
        self, current: States, reference: States, rows: FloatArray, curve: Curve
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the mean loss beyond the curve by the features, its variance, and the part of the reference alike."""
        columns = columns_of(current)
        effect, spec = None, current["errors"].spec
        assert isinstance(spec, ErrorBins)
        if self.adjust and columns and "sample" in reference:
            sample, asked = reference["sample"], {name: state.spec for name, state in columns.items()}
            key = (type(self), spec, *asked.values())
            effect = remembered(sample, key, lambda: self._effect(sample, spec, asked))
        if effect is None:
            return np.zeros(len(rows)), np.zeros(len(rows)), np.ones(len(rows))
        shift = away(current, reference, rows)
        residual, variance = effect.effect.of(shift)
        reach, part = effect.effect.reach(shift, rows), WAYS[effect.trial.best]
        doubt = part**2 * variance + effect.trial.excess * lengths(reach)
        return part * residual[:, 0], doubt, reach

    def _effect(self, sample: State, spec: ErrorBins, columns: Mapping[str, Summary]) -> Tried | None:
        """Return the effect of the columns on the loss beyond the prediction among sampled rows, and its trial."""
        if spec.label is None:
            return None
        prediction = number(sample, spec.prediction)
        error = prediction - number(sample, spec.label)
        rows = np.flatnonzero((sample["keys"][0] != NO_KEY) & np.isfinite(error))
        if not len(rows):
            return None
        bins: Places = spec.binning.find(prediction[rows]).astype(np.intp)
        places, width = places_of(sample, columns, rows)
        sampled = Sampled(bins, self.loss(error[rows]), places, spec.binning.size, width)
        return Tried(sampled.fitted()[1], sampled.tried())

    @abstractmethod
    def loss(self, error: FloatArray) -> FloatArray:
        """Return the loss of each row from ``prediction - label``."""

    def read(self, value: FloatArray, half: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the metric and its interval from the mean loss and the half-width of its interval."""
        value = np.maximum(value, 0.0)
        return (value, *positive(value, half))


def positive(value: FloatArray, half: FloatArray) -> Interval:
    """Return the interval of a loss that is never negative; from 0 where the value is."""
    low, high = log_interval(value, half)
    return np.where(value > 0, low, 0.0), np.where(value > 0, high, half)
