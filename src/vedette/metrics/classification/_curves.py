"""Metrics of a score's ranking, from positives and negatives in each bin of the score."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import msgspec
import numpy as np

from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.classification._tables import Rates
from vedette.metrics.classification.base import ClassMetric, class_names, explained_by_bins, position, sides
from vedette.schema import spelled
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.score_bins import ScoreBins
from vedette.values import Estimates

#: Counts worked on at a time: a year of days by segment has hundreds of millions, a processor's cache a few.
_COUNTS_AT_ONCE = 1_500_000


class ScoreMetric(ClassMetric, frozen=True, kw_only=True):
    """A metric of how one class's score separates it from the rest; a subclass gives its `ranked`.

    Attributes
    ----------
    of : str, optional
        The one class (multi-label: label) it is of. Default: the positive class of a binary task, the mean over
        classes otherwise; its interval then has the mean ends of the classes' intervals, which is too wide rather
        than too narrow, for classes do not err in step.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass", "multilabel")
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True

    of: str | None = None

    def __post_init__(self) -> None:
        if self.of is not None:
            msgspec.structs.force_setattr(self, "of", spelled(self.of))

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not computed unasked for these data, None when it is."""
        why = super().why_not(layout)
        if why is None and layout.task != "binary" and self.of is None:
            return Sentence.of("why.many_curves", metric=self.name)
        return why

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins of one class or of each."""
        names = class_names(layout)
        if self.of is not None:
            position(names, self.of)
        if layout.task == "binary":
            return {"score": layout.score_bins()}
        wanted = names if self.of is None else (self.of,)
        return {name: layout.score_bins(name) for name in wanted}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return one estimate for each cell."""
        each = [self._one(state, level) for state in current.values()]
        rates = each[0] if len(each) == 1 else _mean(each)
        first = next(iter(current.values()))  # rows and labels are those of any class
        return explained_by_bins(*rates, first["counts"])

    @abstractmethod
    def ranked(self, positives: FloatArray, negatives: FloatArray, level: float) -> tuple[FloatArray, ...]:
        """Return value, low and high, each (cells,), of counts (cells, bins) in order of the score."""

    def _one(self, state: State, level: float) -> Rates:
        parts = []
        for positives, negatives in one_class(state, self.of):
            with np.errstate(all="ignore"):
                found = self.ranked(positives, negatives, level)
            parts.append((*found, positives.sum(axis=1) + negatives.sum(axis=1)))
        return Rates(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def one_class(state: State, of: str | None = None) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Give positives and negatives by score bin, each (cells, bins), some cells at a time.

    Of the negative class of a binary score the order is reversed: its score is one minus the other's.
    """
    assert isinstance(state.spec, ScoreBins)
    counts = state["counts"]
    spec = state.spec
    swapped = spec.positive is None and of != spec.label and of in spec.classes[:-1]
    step = max(1, _COUNTS_AT_ONCE // max(counts[0].size, 1)) if len(counts) else 1
    for first in range(0, max(len(counts), 1), step):
        positives, negatives = sides(counts[first : first + step])
        yield (negatives[:, ::-1], positives[:, ::-1]) if swapped else (positives, negatives)


def _mean(each: list[Rates]) -> Rates:
    """Return the mean over the classes that have a value; n is the most rows behind one of them."""
    stacked = Rates(*(np.stack(arrays) for arrays in zip(*each, strict=True)))
    there = np.isfinite(stacked.value)
    with np.errstate(all="ignore"):
        value, low, high = (np.where(there, a, 0.0).sum(axis=0) / there.sum(axis=0) for a in stacked[:3])
    return Rates(value, low, high, stacked.n.max(axis=0))
