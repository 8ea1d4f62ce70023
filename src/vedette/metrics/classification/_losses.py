"""Mean losses of predicted probabilities, from sums over rows."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.inference.moments import mean_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, explained, explained_by_bins
from vedette.metrics.regression.base import log_interval
from vedette.summaries.base import State, Summary
from vedette.summaries.class_losses import ClassLosses
from vedette.summaries.score_bins import KEPT
from vedette.values import Direction, Estimates


class ProbabilityLoss(ClassMetric, frozen=True, kw_only=True):
    """The mean over labelled rows of a loss of the predicted probabilities; a subclass gives its `sums`.

    The interval is Student's on the scale of the log, for losses are skewed: at 100 rows of a sharp, calibrated score
    it covers 92 to 94 % where the plain one covers 89 to 92 % (measured; 30 rows are too few for either).
    """

    better: ClassVar[Direction] = "lower"
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True
    #: Largest loss of a row, of two classes and of several.
    most: ClassVar[tuple[float, float]] = (np.inf, np.inf)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the sums of losses."""
        return {"losses": layout.score_bins() if layout.task == "binary" else layout.class_losses()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the mean loss of each cell."""
        state = current["losses"]
        by_class = isinstance(state.spec, ClassLosses)
        n = state["n"] if by_class else state["by_label"][..., KEPT].sum(axis=1)
        total, squares = self.sums(state)
        low, high = mean_interval(n, total, squares, level)
        value = over(total, n)
        low, high = log_interval(value, (high - low) / 2)
        found = value, low, np.minimum(high, self.most[by_class])
        if not by_class:
            return explained_by_bins(*found, n, state["counts"])
        labelled = n + state["improper"]
        return explained(*found, n=n, rows=labelled + state["unlabelled"], labelled=labelled)

    @abstractmethod
    def sums(self, state: State) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the loss and of its square, each (cells,)."""
