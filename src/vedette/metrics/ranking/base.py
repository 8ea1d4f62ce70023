"""What the ranking metrics share: a mean over queries of one measure of a query's ranking."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.moments import mean_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States, over
from vedette.summaries.base import Summary
from vedette.summaries.ranking_gains import MEASURES, NEED_RELEVANT, Gain
from vedette.values import Direction, Estimates


class RankingMetric(Metric, frozen=True, kw_only=True):
    """A mean over queries; a subclass names its `measure` and has a ``k`` where the top of the ranking counts.

    The interval is Student's over queries, for rows of one query are not independent; it is cut off at 0 and 1.
    With a weight column a query has the weight of its first row, and the interval takes it for a number of queries.
    """

    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    better: ClassVar[Direction] = "higher"
    tasks: ClassVar[tuple[str, ...]] = ("ranking",)
    #: One of `MEASURES`.
    measure: ClassVar[str]

    def __post_init__(self) -> None:
        k = getattr(self, "k", 1)
        if k < 1:
            raise ConfigError(
                f"Parameter k of {self.name} is {k!r}",
                "The number of rows from the top that count, at least 1",
                "Write 10 for the first ten",
                code="metric.bad-parameter",
            )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the sums over queries."""
        gain: Gain = getattr(self, "gain", "linear")
        return {"gains": layout.gains(k=getattr(self, "k", 10), gain=gain)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the mean over the queries of each cell."""
        gains = current["gains"]
        column = MEASURES.index(self.measure)
        n = gains["relevant" if column < NEED_RELEVANT else "queries"]
        total, squares = gains["sums"][:, column], gains["squares"][:, column]
        low, high = mean_interval(n, total, squares, level)
        unlabelled = (gains["queries"] == 0) & (gains["left_out"][:, 1] > 0)
        value = np.clip(over(total, n), 0, 1)  # rounding
        found = Estimates.of(value, np.clip(low, 0, 1), np.clip(high, 0, 1), n=n)
        return found.because("undefined", gains["queries"] > 0).because("unlabelled", unlabelled)
