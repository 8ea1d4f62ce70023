"""What the label-free metrics share: rows dealt to classes by the reference's calibration curve, and the band."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.estimation.band import curve_variance, outcome_variance, share_interval
from vedette.estimation.curve import Curve, fit_curves
from vedette.estimation.effect import corrected
from vedette.estimation.pseudo_shift import Trial, lengths, trial
from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.classification.base import ClassMetric
from vedette.metrics.estimated._classes import (
    MOST_CLASSES,
    classes_of,
    curves_of,
    expected_table,
    pulls,
    variances,
)
from vedette.metrics.estimated._label_free import REACH, LabelFree, away, columns_of
from vedette.metrics.estimated._sampled import Fitted, Moved, Pseudo, Sampled, remembered, sampled
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimates

#: Ways to use what the features say, of which pseudo-shifts of the reference choose one.
WAYS = ("plain", "whole", "mixed", "grouped")
USUAL = WAYS.index("mixed")
#: The ways that use least and most of it.
ENDS = ("plain", "grouped")
#: Counts worked on at a time: what a processor's cache holds.
_COUNTS_AT_ONCE = 500_000
#: Step of numeric slopes, as a part of the rows.
_STEP = 1e-4


class Expected(NamedTuple):
    """Rows and the share of positives to expect among them.

    ``state`` is of score bins; ``rows`` (cells, bins, 2) counts them by predicted class; ``rate`` (cells, bins).
    """

    state: State
    rows: FloatArray
    rate: FloatArray

    def table(self) -> FloatArray:
        """Return rows by predicted and true class, shape (cells, 2, 2)."""
        positive = np.einsum("gbp,gb->gp", self.rows, self.rate)
        return np.stack((self.rows.sum(axis=1) - positive, positive), axis=2)

    def dealt(self) -> State:
        """Return the score bins with every row dealt to the classes by the rate of its bin."""
        positive = self.rows * self.rate[..., None]
        counts = np.stack((self.rows - positive, positive, np.zeros_like(positive)), axis=3)
        return State(self.state.spec, {**self.state.arrays, "counts": counts})


class EstimatedMetric(ClassMetric, LabelFree, frozen=True, kw_only=True):
    """A metric of a binary model, estimated from its scores with the calibration that the reference's labels show.

    In each bin of the score the share of positives is taken from the reference; the current rows of the bin are dealt
    to the classes by it; what comes out is read by the metric that reads labels.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary",)
    compares: ClassVar[bool] = True
    needs_score: ClassVar[bool] = True
    #: The metric that reads labels.
    labelled: ClassVar[type[Metric]]

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins, and the bins of the features that gate and correction look at."""
        return {"score": layout.score_bins(), **self.column_bins(layout)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the estimate of each cell."""
        state = current["score"]
        rows = state["counts"].sum(axis=(1, 2, 3)).astype(np.float64)
        if reference is None:
            return Estimates.none(rows, "no reference")
        known = reference["score"]["counts"]
        curve = fit_curves(known[..., 1].sum(axis=2), known[..., :2].sum(axis=(2, 3)))
        known_of_features = self._known(current, reference)
        moved, tried = None, Trial(0, 0.0)
        if known_of_features is not None:
            fitted, tried = known_of_features
            moved = fitted.moved(away(current, reference, rows), rows)
        parts = [
            self._estimated(state.take(at), curve_at(curve, at), moved and moved.at(at), tried, level)
            for at in _spans(state)
        ]
        value, low, high = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        beyond = self.out_of_reach(current, reference)
        if self.gate == "features" and moved is not None:
            beyond |= moved.reach < REACH
        found = Estimates.of(np.where(beyond, np.nan, value), low, high, n=rows)
        found = found.because("not covered", beyond).because("unlabelled", np.isnan(curve.rate[:, 0]))
        return found.because("insufficient", rows <= 0)

    def _known(self, current: States, reference: States) -> tuple[Fitted, Trial] | None:
        """Return the effect of the features, and what pseudo-shifts of the reference say of the ways to use it."""
        spec, columns, sample = current["score"].spec, columns_of(current), reference.get("sample")
        assert isinstance(spec, ScoreBins)
        if not self.adjust or not columns or sample is None:
            return None
        of_columns = {name: state.spec for name, state in columns.items()}
        asked = (spec, *of_columns.values())
        rows: Sampled | None = remembered(sample, asked, lambda: sampled(sample, spec, of_columns))
        if rows is None:
            return None
        fitted: Fitted = remembered(sample, ("fitted", *asked), rows.fitted)
        pseudo: Pseudo | None = remembered(sample, ("pseudo", *asked), lambda: rows.pseudo(spec))
        tried: Trial = remembered(sample, (type(self), *asked), lambda: self._tried(pseudo))
        return fitted, tried

    def _tried(self, pseudo: Pseudo | None) -> Trial:
        """Return what pseudo-shifts say of the ways to estimate this metric."""
        if pseudo is None:
            return Trial(USUAL, 0.0)
        state, moved = pseudo.state, pseudo.moved
        rows = state["counts"].sum(axis=3)
        ways = ways_of(rows, pseudo.fitted.curve, moved)
        with np.errstate(all="ignore"):
            values = np.stack([self.value(Expected(state, rows, rate)) for rate in ways])
            errors = values - self.value(Expected(state, rows, pseudo.observed))
            expected = Expected(state, rows, ways[USUAL])
            value = values[USUAL]
            slopes = self.slopes(expected, value)
            chance = curve_variance(slopes, rows, pseudo.fitted.curve)
            chance += outcome_variance(slopes, rows, expected.rate) + self._effect_variance(expected, moved)
        there = np.isfinite(errors).all(axis=0) & np.isfinite(chance)
        if not there.any():
            return Trial(USUAL, 0.0)
        return trial(errors[:, there], chance[there], lengths(moved.reach[there]), USUAL)

    def _effect_variance(self, expected: Expected, moved: Moved) -> FloatArray:
        """Return the variance that the error of the features' effect gives the value, shape (cells,)."""
        error = np.sqrt(moved.variance)[:, None]
        further = corrected(expected.rate, expected.rows.sum(axis=2), error, np.zeros_like(moved.group))
        return np.asarray((self.value(expected._replace(rate=further)) - self.value(expected)) ** 2)

    def _estimated(
        self, state: State, curve: Curve, moved: Moved | None, tried: Trial, level: float
    ) -> tuple[FloatArray, ...]:
        rows = state["counts"].sum(axis=3).astype(np.float64)
        ways = (
            np.broadcast_to(curve.rate, (1, *rows.shape[:2]))
            if moved is None
            else ways_of(rows, curve, moved)
        )
        expected = Expected(state, rows, ways[tried.best])
        with np.errstate(all="ignore"):
            value = self.value(expected)
            slopes = self.slopes(expected, value)
            variance = curve_variance(slopes, rows, curve)
            if moved is not None:
                # A shift makes every method less certain: by how far apart its ways are, or as the trial says.
                apart = [self.value(expected._replace(rate=ways[WAYS.index(way)])) - value for way in ENDS]
                doubt = np.maximum(np.square(apart).sum(axis=0), tried.excess * lengths(moved.reach))
                variance += self._effect_variance(expected, moved) + doubt
            if self.band == "realised":
                variance += outcome_variance(slopes, rows, expected.rate)
            return value, *share_interval(value, variance, level)

    @abstractmethod
    def value(self, expected: Expected) -> FloatArray:
        """Return the labelled metric of the expected labels, shape (cells,)."""

    @abstractmethod
    def slopes(self, expected: Expected, value: FloatArray) -> FloatArray:
        """Return by how much the value moves for one more positive in place of a negative.

        Shape (cells, bins or 1, 2): among the rows of a bin with one predicted class.
        """


class EstimatedRate(EstimatedMetric, frozen=True, kw_only=True):
    """A metric of the confusion table; of several classes as well.

    Of several classes the table to expect is that of `vedette.metrics.estimated._classes`: how often the predicted
    class is right by the bin of its score, and the rest by what the scores of the other classes promise. Features gate
    it; they do not correct it.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass")

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        why = super().why_not(layout)
        if why is None and len(layout.classes) > MOST_CLASSES and layout.task == "multiclass":
            count = len(layout.classes)
            return Sentence.of("why.many_classes", metric=self.name, most=MOST_CLASSES, count=count)
        return why

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins, of several classes those of all, and the bins of the features."""
        if layout.task == "binary":
            return super().needs(layout)
        columns = self.column_bins(layout) if self.gate == "features" else {}
        return {"classes": layout.class_bins(), **columns}

    def remembers(self, layout: Layout) -> dict[str, Summary]:
        """Return the sample of the reference's rows, for two classes."""
        return super().remembers(layout) if layout.task == "binary" else {}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the estimate of each cell."""
        if "classes" not in current:
            return super().compute(current, reference, level)
        state = current["classes"]
        rows = np.einsum("gppb->g", state["rows"]).astype(np.float64)
        if reference is None:
            return Estimates.none(rows, "no reference")
        unlabelled = reference["classes"]["labelled"].sum(axis=(1, 2, 3, 4)) <= 0
        names, curve = classes_of(state), curves_of(reference["classes"])
        expected = expected_table(state, curve)
        with np.errstate(all="ignore"):
            value = np.where(unlabelled | (rows <= 0), np.nan, self._read(expected.table, names))
            pull = pulls(expected.table, lambda tables: self._read(tables, names))
            variance, luck = variances(state, expected, curve, pull)
            low, high = share_interval(value, variance + (luck if self.band == "realised" else 0.0), level)
        beyond = self.out_of_reach(current, reference)
        found = Estimates.of(np.where(beyond, np.nan, value), low, high, n=rows).because(
            "not covered", beyond
        )
        return found.because("unlabelled", unlabelled).because("insufficient", rows <= 0)

    def value(self, expected: Expected) -> FloatArray:
        """Return the metric of the expected table."""
        return self._read(expected.table())

    def slopes(self, expected: Expected, value: FloatArray) -> FloatArray:
        """Return central differences."""
        table = expected.table()
        rows = np.maximum(table.sum(axis=(1, 2)), 1)[:, None]
        step = np.clip(table.min(axis=2) / 2, 1e-9 * rows, _STEP * rows)
        moves = step[..., None, None] * _MOVES
        more, fewer = (self._read(table[:, None] + sign * moves) for sign in (1, -1))
        return np.asarray(((more - fewer) / (2 * step))[:, None])

    def _read(self, tables: FloatArray, names: tuple[str, ...] = ("0", "1")) -> FloatArray:
        """Return the labelled metric of tables (..., k, k), shape (...)."""
        k = len(names)
        counts = np.zeros((*tables.shape[:-2], k + 1, k + 2))
        counts[..., :k, :k] = tables
        state = State(Confusion(classes=names), {"counts": counts.reshape(-1, k + 1, k + 2)})
        found = self.labelled().compute({"confusion": state}).value
        return found.reshape(tables.shape[:-2])


#: One positive more in place of a negative, among rows predicted negative and positive: (move, predicted, true).
_MOVES = np.array([[[-1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [-1.0, 1.0]]])


def ways_of(rows: FloatArray, curve: Curve, moved: Moved) -> FloatArray:
    """Return the share of positives to expect in each bin, by each of `WAYS`, shape (ways, cells, bins).

    By the curve alone; corrected by one number for all scores; by one for each group of them; and the latter as far as
    the reference reaches, for it has twenty slopes to get wrong for one.
    """
    by_bin = rows.sum(axis=2)
    plain = np.broadcast_to(curve.rate, by_bin.shape)
    mean = moved.residual.sum(axis=1, keepdims=True)
    whole = corrected(plain, by_bin, mean, np.zeros_like(moved.group))
    grouped = corrected(plain, by_bin, moved.residual, moved.group)
    return np.stack((plain, whole, whole + moved.reach[:, None] * (grouped - whole), grouped))


def curve_at(curve: Curve, cells: npt.NDArray[np.intp]) -> Curve:
    """Return the curves of some cells; one curve stands for all."""
    return (
        curve if len(curve.rate) == 1 else Curve(curve.rate[cells], curve.block[cells], curve.variance[cells])
    )


def _spans(state: State) -> list[npt.NDArray[np.intp]]:
    """Return the positions of the cells, some at a time, so that their counts fit a cache."""
    step = max(1, _COUNTS_AT_ONCE // max(int(np.prod(state["counts"].shape[1:])), 1))
    return [np.arange(first, min(first + step, len(state))) for first in range(0, max(len(state), 1), step)]


def without_score(slopes: FloatArray) -> FloatArray:
    """Return slopes over the bins that hold scores, the same for both predictions, with 0 where there is no score."""
    full = np.concatenate((slopes, np.zeros((len(slopes), 1))), axis=1)
    return np.asarray(np.repeat(full[..., None], 2, axis=2))
