"""What the label-free metrics share: rows dealt to classes by the reference's calibration curve, and the band."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.errors import ConfigError
from vedette.estimation.band import curve_variance, outcome_variance, share_interval
from vedette.estimation.coverage import beyond_reach, uncovered
from vedette.estimation.curve import Curve, fit_curves
from vedette.estimation.effect import corrected
from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.classification.base import ClassMetric
from vedette.metrics.estimated._features import effect_of, shares
from vedette.summaries.base import State, Summary
from vedette.summaries.confusion import Confusion
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimates

Band = Literal["expected", "realised"]
Gate = Literal["features", "score", "none"]
BANDS: tuple[Band, ...] = ("expected", "realised")
GATES: tuple[Gate, ...] = ("features", "score", "none")

#: A window is out of reach where less than this part of the reference is like its rows.
REACH = 0.1
#: Rows of the reference that are kept to tell the effect of the features.
SAMPLE = 20_000
#: What stands before the name of a feature column among the states.
_COLUMN = "column:"
#: Counts worked on at a time: what a processor's cache holds.
_COUNTS_AT_ONCE = 500_000
#: Step of numeric slopes, as a part of the rows.
_STEP = 1e-4


class Moved(NamedTuple):
    """What the features of cells say beyond their scores.

    ``residual`` (cells, groups) is by how much positives exceed the calibration curve, in parts of all rows;
    ``variance`` (cells,) that of its sum; ``reach`` (cells,) the part of the reference that is alike; ``group`` (bins,)
    the group of each bin of the score.
    """

    residual: FloatArray
    variance: FloatArray
    reach: FloatArray
    group: npt.NDArray[np.intp]

    def at(self, cells: npt.NDArray[np.intp]) -> Moved:
        """Return the part of some cells."""
        return Moved(self.residual[cells], self.variance[cells], self.reach[cells], self.group)


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


class EstimatedMetric(ClassMetric, frozen=True, kw_only=True):
    """A metric of a binary model, estimated from its scores with the calibration that the reference's labels show.

    In each bin of the score the share of positives is taken from the reference; the current rows of the bin are dealt
    to the classes by it; what comes out is read by the metric that reads labels.

    Attributes
    ----------
    band : "expected" or "realised"
        What the interval holds: the performance that is to be expected of such rows (uncertain by the calibration
        curve), or the number that their labels will show (by the luck of these rows as well, hence wider).
    gate : "features", "score" or "none"
        Where the reference must reach for there to be a value: each feature and the score, the score alone, or
        nowhere.
    adjust : bool
        Whether the positives are corrected by what the features say beyond the score, as far as the reference keeps a
        sample of its rows. It and ``gate="features"`` count every feature column.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary",)
    compares: ClassVar[bool] = True
    needs_score: ClassVar[bool] = True
    #: The metric that reads labels.
    labelled: ClassVar[type[Metric]]

    band: Band = "expected"
    gate: Gate = "features"
    adjust: bool = True

    def __post_init__(self) -> None:
        if self.band not in BANDS or self.gate not in GATES:
            raise ConfigError(
                f"{self.name} has band={self.band!r} and gate={self.gate!r}",
                f"band is one of {', '.join(BANDS)}, gate one of {', '.join(GATES)}",
                "Correct the parameter",
                code="metric.bad-parameter",
            )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins, and the bins of the features that gate and correction look at."""
        needed: dict[str, Summary] = {"score": layout.score_bins()}
        if self.adjust or self.gate == "features":
            for column in layout.columns:
                if column.role in {"feature", "segment"} and column.kind in {"number", "category"}:
                    needed[f"{_COLUMN}{column.name}"] = layout.bins(column.name)
        return needed

    def remembers(self, layout: Layout) -> dict[str, Summary]:
        """Return the sample of the reference's rows that tells the effect of the features."""
        return {"sample": layout.sample(SAMPLE)} if self.adjust else {}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the estimate of each cell."""
        state = current["score"]
        rows = state["counts"].sum(axis=(1, 2, 3)).astype(np.float64)
        if reference is None:
            return Estimates.none(rows, "no reference")
        known = reference["score"]["counts"]
        curve = fit_curves(known[..., 1].sum(axis=2), known[..., :2].sum(axis=(2, 3)))
        moved = self._moved(current, reference)
        parts = [
            self._estimated(state.take(at), curve_at(curve, at), moved.at(at), level) for at in _spans(state)
        ]
        value, low, high = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        beyond = self._beyond(current, reference)
        if self.gate == "features":
            beyond |= moved.reach < REACH
        found = Estimates.of(np.where(beyond, np.nan, value), low, high, n=rows)
        found = found.because("not covered", beyond).because("unlabelled", np.isnan(curve.rate[:, 0]))
        return found.because("insufficient", rows <= 0)

    def _moved(self, current: States, reference: States) -> Moved:
        """Return what the features of the cells say beyond their scores."""
        state = current["score"]
        assert isinstance(state.spec, ScoreBins)
        columns = {name: state for name, state in current.items() if name.startswith(_COLUMN)}
        effect = None
        if self.adjust and columns and "sample" in reference:
            effect = effect_of(reference["sample"], state.spec, {name: s.spec for name, s in columns.items()})
        cells, bins = state["counts"].shape[:2]
        if effect is None:
            return Moved(np.zeros((cells, 1)), np.zeros(cells), np.ones(cells), np.zeros(bins, np.intp))
        rows = state["counts"].sum(axis=(1, 2, 3))
        away = shares(columns) - shares({name: reference[name] for name in columns})
        away = np.where(rows[:, None] > 0, away, 0.0)
        return Moved(*effect[0].of(away), effect[0].reach(away, rows), effect[1])

    def _beyond(self, current: States, reference: States) -> npt.NDArray[np.bool_]:
        """Tell which cells hold rows that the reference does not reach."""
        found = np.zeros(len(current["score"]), bool)
        for name, state in current.items():
            if self.gate == "none" or (self.gate == "score" and name != "score"):
                continue
            counts, known = (_by_bin(s) for s in (state, reference[name]))
            found |= beyond_reach(uncovered(counts, known), counts.sum(axis=1))
        return found

    def _estimated(self, state: State, curve: Curve, moved: Moved, level: float) -> tuple[FloatArray, ...]:
        rows = state["counts"].sum(axis=3).astype(np.float64)
        by_bin, plain = rows.sum(axis=2), np.broadcast_to(curve.rate, rows.shape[:2])
        mean = moved.residual.sum(axis=1, keepdims=True)
        one = np.zeros_like(moved.group)
        whole = corrected(plain, by_bin, mean, one)
        grouped = corrected(plain, by_bin, moved.residual, moved.group)
        # The finer correction is trusted as far as the reference reaches: it has twenty slopes to get wrong for one.
        expected = Expected(state, rows, whole + moved.reach[:, None] * (grouped - whole))
        with np.errstate(all="ignore"):
            value = self.value(expected)
            slopes = self.slopes(expected, value)
            variance = curve_variance(slopes, rows, curve)
            if np.any(moved.residual):
                error = np.sqrt(moved.variance)[:, None]
                further = corrected(expected.rate, by_bin, error, one)
                for rate in (plain, further, grouped):
                    variance += (self.value(expected._replace(rate=rate)) - value) ** 2
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
    """A metric of the confusion table."""

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

    def _read(self, tables: FloatArray) -> FloatArray:
        """Return the labelled metric of tables (..., 2, 2), shape (...)."""
        counts = np.zeros((*tables.shape[:-2], 3, 4))
        counts[..., :2, :2] = tables
        state = State(Confusion(classes=("0", "1")), {"counts": counts.reshape(-1, 3, 4)})
        found = self.labelled().compute({"confusion": state}).value
        return found.reshape(tables.shape[:-2])


#: One positive more in place of a negative, among rows predicted negative and positive: (move, predicted, true).
_MOVES = np.array([[[-1.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [-1.0, 1.0]]])


def curve_at(curve: Curve, cells: npt.NDArray[np.intp]) -> Curve:
    """Return the curves of some cells; one curve stands for all."""
    return (
        curve if len(curve.rate) == 1 else Curve(curve.rate[cells], curve.block[cells], curve.variance[cells])
    )


def _spans(state: State) -> list[npt.NDArray[np.intp]]:
    """Return the positions of the cells, some at a time, so that their counts fit a cache."""
    step = max(1, _COUNTS_AT_ONCE // max(int(np.prod(state["counts"].shape[1:])), 1))
    return [np.arange(first, min(first + step, len(state))) for first in range(0, max(len(state), 1), step)]


def _by_bin(state: State) -> FloatArray:
    """Return the rows by bin, shape (cells, bins)."""
    counts = state["counts"]
    return np.asarray(counts.reshape(*counts.shape[:2], -1).sum(axis=2), np.float64)


def without_score(slopes: FloatArray) -> FloatArray:
    """Return slopes over the bins that hold scores, the same for both predictions, with 0 where there is no score."""
    full = np.concatenate((slopes, np.zeros((len(slopes), 1))), axis=1)
    return np.asarray(np.repeat(full[..., None], 2, axis=2))
