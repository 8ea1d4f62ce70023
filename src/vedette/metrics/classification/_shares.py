"""Plain shares of rows, with Wilson's interval."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import msgspec
import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, class_names, counted, explained, position
from vedette.schema import spelled
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.confusion import Confusion
from vedette.summaries.multilabel_confusion import MultilabelConfusion
from vedette.values import Direction, Estimates


class PlainShare(ClassMetric, frozen=True, kw_only=True):
    """A count of rows over another; a subclass gives its `parts`."""

    better: ClassVar[Direction] = "neither"
    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass", "multilabel")
    #: Whether a cell without a label of a known class has no value.
    of_labelled: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": counted(layout)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the share in each cell."""
        counts, place = _table(current["confusion"], getattr(self, "of", None))
        part, whole = self.parts(counts, place)
        rows, labelled = counts.sum(axis=(1, 2)), counts[..., :-2].sum(axis=(1, 2))
        low, high = wilson_interval(part, whole, level)
        known = labelled if self.of_labelled else rows
        return explained(over(part, whole), low, high, n=whole, rows=rows, labelled=known)

    @abstractmethod
    def parts(self, counts: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
        """Return numerator and denominator, each (cells,), of counts (cells, predicted, true).

        `place` is the position of the class in question among the predicted and among the true ones.
        """


class ShareOfClass(PlainShare, frozen=True, kw_only=True):
    """A share of rows of one class.

    Attributes
    ----------
    of : str, optional
        The class (multi-label: label). Default: the positive class of a binary task; other tasks must name one.
    """

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
        """Return the confusion counts."""
        names = class_names(layout)
        if self.of is not None:
            position(names, self.of)
        elif layout.task != "binary":
            raise ConfigError(
                f"{self.name} names no class",
                f"One of {', '.join(names)}",
                f"Write metric({self.name!r}, of={names[-1]!r})",
                code="metric.bad-parameter",
            )
        return super().needs(layout)


def _table(state: State, of: str | None) -> tuple[FloatArray, int]:
    """Return counts (cells, predicted, true) and the position of one class; of several labels the mean table."""
    counts = state["counts"].astype(np.float64)
    if isinstance(state.spec, MultilabelConfusion):
        return (counts.mean(axis=1) if of is None else counts[:, position(state.spec.labels, of)]), 1
    assert isinstance(state.spec, Confusion)
    classes = state.spec.classes
    return counts, (len(classes) - 1 if of is None else position(classes, of))
