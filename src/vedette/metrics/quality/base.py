"""What the data-quality metrics share: a share of a column's rows with Wilson's interval."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, Scope, States, over
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates

#: The source of the interval of every share.
WILSON = "doi:10.1214/ss/1009213286"


class ShareOfRows(Metric, frozen=True, kw_only=True):
    """A share of a column's rows; a subclass gives its `parts`."""

    unit: ClassVar[str] = "share"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar[Scope] = "column"
    references: ClassVar[tuple[str, ...]] = (WILSON,)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts of entries by what they are."""
        return {"counts": layout.counts(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the share in each cell."""
        part, whole = self.parts(current)
        low, high = wilson_interval(part, whole, level)
        return Estimates.of(over(part, whole), low, high, n=whole)

    @abstractmethod
    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return numerator and denominator, each of shape (cells,)."""


def tally(states: States, name: str) -> FloatArray:
    """Return one of the entry counts as floats, shape (cells,)."""
    return np.asarray(states["counts"][name], float)
