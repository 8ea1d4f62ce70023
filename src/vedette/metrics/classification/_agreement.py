"""Statistics of a whole confusion table that have no interval in closed form."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vedette.inference.dirichlet import dirichlet_interval
from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.classification._tables import table
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Estimates

#: Draws behind an interval; its ends then vary by about 4 % of its width with the seed.
DRAWS = 1000


class Agreement(ClassMetric, frozen=True, kw_only=True):
    """How predicted and true class go together; a subclass gives its `statistic`."""

    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": layout.confusion()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the statistic of each cell."""
        t = table(current["confusion"])
        assert t.joint is not None
        k = len(t.names)
        flat = t.joint.reshape(-1, k * k)
        low, high = dirichlet_interval(flat, self._flattened, level, DRAWS)
        with np.errstate(all="ignore"):
            value = self.statistic(t.joint)
        return explained(value, low, high, n=t.n, rows=t.rows, labelled=t.labelled)

    @staticmethod
    @abstractmethod
    def statistic(joint: FloatArray) -> FloatArray:
        """Return the statistic of tables (..., k, k) of predicted by true class."""

    def _flattened(self, cells: FloatArray) -> FloatArray:
        k = int(np.sqrt(cells.shape[-1]))
        return self.statistic(cells.reshape(*cells.shape[:-1], k, k))
