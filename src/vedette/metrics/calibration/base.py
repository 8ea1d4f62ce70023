"""What the calibration metrics share: labelled rows by group of score bins, and the points of a reliability curve."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, class_names, explained_by_bins, position, sides
from vedette.schema import spelled
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.values import Direction, Estimates

#: Counts worked on at a time: what a processor's cache holds.
_COUNTS_AT_ONCE = 1_500_000


class Scored(NamedTuple):
    """Labelled rows by score, each of shape (cells, bins): rows, positives among them, and their mean score."""

    n: FloatArray
    positives: FloatArray
    score: FloatArray


class Points(NamedTuple):
    """A reliability curve, each of shape (..., bins): mean score, observed rate with its interval, labelled rows."""

    score: FloatArray
    rate: FloatArray
    low: FloatArray
    high: FloatArray
    n: FloatArray


class CalibrationMetric(ClassMetric, frozen=True, kw_only=True):
    """A metric of whether scores come true as probabilities.

    Attributes
    ----------
    of : str, optional
        The class, one of several (then required) or of two (default: the positive one).
    """

    unit: ClassVar[str] = ""
    better: ClassVar[Direction] = "neither"
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True

    of: str | None = None

    def __post_init__(self) -> None:
        if self.of is not None:
            msgspec.structs.force_setattr(self, "of", spelled(self.of))

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        why = super().why_not(layout)
        if why is None and self.of is None and layout.task != "binary":
            return Sentence.of("why.one_class", metric=self.name)
        return why

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins."""
        if self.of is not None:
            position(class_names(layout), self.of)
        binary = layout.task == "binary" and (self.of is None or self.of == layout.classes[-1])
        return {"score": layout.score_bins(None if binary else self.of)}


class BinnedCalibration(CalibrationMetric, frozen=True, kw_only=True):
    """A metric of calibration that reads labelled rows by score bin; a subclass gives its `fitted`."""

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return one estimate for each cell."""
        state = current["score"]
        parts = []
        for scored in by_score(state):
            with np.errstate(all="ignore"):
                parts.append((*self.fitted(scored, level), scored.n.sum(axis=1)))
        value, low, high, n = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return explained_by_bins(value, low, high, n, state["counts"])

    @abstractmethod
    def fitted(self, scored: Scored, level: float) -> tuple[FloatArray, ...]:
        """Return value, low and high, each (cells,)."""


def by_score(state: State) -> Iterator[Scored]:
    """Give the labelled rows of each score bin within [0, 1], some cells at a time."""
    counts, total = state["counts"], state["total"]
    step = max(1, _COUNTS_AT_ONCE // max(counts[0].size, 1)) if len(counts) else 1
    for first in range(0, max(len(counts), 1), step):
        yield _scored(counts[first : first + step], total[first : first + step])


def _scored(counts: npt.NDArray[Any], total: FloatArray) -> Scored:
    positives, negatives = sides(counts)
    score = over(
        total[..., :-1], np.einsum("...pt->...", counts[..., :-1, :, :])
    )  # four times as fast as sum
    proper = (score >= 0) & (score <= 1)
    return Scored(np.where(proper, positives + negatives, 0.0), np.where(proper, positives, 0.0), score)


def grouped(scored: Scored, groups: int) -> Scored:
    """Return neighbouring bins put together, shape (cells, groups), each group with about as many labelled rows."""
    n, positives, score = scored
    total = np.maximum(n.sum(axis=-1, keepdims=True), 1)
    middle = np.cumsum(n, axis=-1) - n / 2
    group = np.minimum(middle / total * groups, groups - 1).astype(np.intp)
    place = (group + np.arange(len(n))[:, None] * groups).ravel()

    def summed(values: FloatArray) -> FloatArray:
        sums = np.bincount(place, values.ravel(), len(n) * groups)
        return sums.astype(np.float64, copy=False).reshape(len(n), groups)

    rows = summed(n)
    return Scored(rows, summed(positives), over(summed(np.where(n > 0, n * score, 0.0)), rows))


def reliability_points(
    counts: npt.ArrayLike, total: npt.ArrayLike, bins: int = 10, level: float = 0.95
) -> Points:
    """Return the reliability curve: what was promised and what came true in bins of equal mass.

    Parameters
    ----------
    counts : array_like of shape (fine, 2, 3) or (cells, fine, 2, 3)
        As `ScoreBins` counts them.
    total : array_like of shape (fine,) or (cells, fine)
        Sums of the scores of each bin, as `ScoreBins` adds them.
    bins : int
        Points of the curve; neighbouring bins of the score are put together.
    level : float
        Confidence of Wilson's interval of each rate.

    Returns
    -------
    Points
        Arrays of shape (bins,) or (cells, bins); nan in a bin without labelled rows.

    Examples
    --------
    >>> counts = np.zeros((3, 2, 3))
    >>> counts[0, 0, :2], counts[1, 1, :2] = (30, 10), (10, 30)
    >>> points = reliability_points(counts, [8.0, 32.0, 0.0], bins=2)
    >>> points.score.tolist(), points.rate.tolist()
    ([0.2, 0.8], [0.25, 0.75])
    """
    counts, total = np.asarray(counts), np.asarray(total, np.float64)
    shape = (*counts.shape[:-3], bins)
    scored = _scored(counts.reshape(-1, *counts.shape[-3:]), total.reshape(-1, total.shape[-1]))
    n, positives, score = (array.reshape(shape) for array in grouped(scored, bins))
    return Points(score, over(positives, n), *wilson_interval(positives, n, level), n)
