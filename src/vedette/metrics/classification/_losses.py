"""Mean losses of predicted probabilities, from sums over rows."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.inference.moments import mean_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import State, Summary
from vedette.summaries.class_losses import ClassLosses
from vedette.summaries.score_bins import KEPT
from vedette.values import Direction, Estimates


class ProbabilityLoss(ClassMetric, frozen=True, kw_only=True):
    """The mean over labelled rows of a loss of the predicted probabilities; a subclass gives its `sums`."""

    better: ClassVar[Direction] = "lower"
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the sums of losses."""
        return {"losses": layout.score_bins() if layout.task == "binary" else layout.class_losses()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the mean loss of each cell."""
        state = current["losses"]
        n, rows, labelled = _rows(state)
        total, squares = self.sums(state)
        low, high = mean_interval(n, total, squares, level)
        return explained(over(total, n), np.maximum(low, 0), high, n=n, rows=rows, labelled=labelled)

    @abstractmethod
    def sums(self, state: State) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the loss and of its square, each (cells,)."""


def _rows(state: State) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the rows behind the loss, all rows, and those with a label of a known class."""
    if isinstance(state.spec, ClassLosses):
        labelled = state["n"] + state["improper"]
        return state["n"], labelled + state["unlabelled"], labelled
    counts = state["counts"].sum(axis=(1, 2))
    return state["by_label"][..., KEPT].sum(axis=1), counts.sum(axis=1), counts[:, :2].sum(axis=1)
