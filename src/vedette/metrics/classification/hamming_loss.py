"""Hamming loss."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.inference.moments import mean_interval
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification._tables import table
from vedette.metrics.classification.base import ClassMetric, counted, explained
from vedette.summaries.base import State, Summary
from vedette.summaries.multilabel_confusion import MultilabelConfusion
from vedette.values import Direction, Estimates


class HammingLoss(ClassMetric, frozen=True, kw_only=True):
    """Hamming loss: the share of wrong labels, of one class a row the error rate.

    It answers how many of a row's labels are wrong on average. It misleads when labels are rare: predicting none
    gives a loss as small as their share.

    ``Hamming loss = mean over rows of (wrong labels of the row) / (labels)``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows; of several labels those whose every
        label and prediction is known. Student's t interval over rows (labels of a row are not independent), of one
        class a row, and where no row differs from the next, Wilson's.

    Notes
    -----
    *Undefined when* no row has all its labels and predictions.

    References
    ----------
    R. E. Schapire, Y. Singer (1999), Improved boosting algorithms using confidence-rated predictions,
    doi:10.1023/A:1007614523901.

    Examples
    --------
    >>> from vedette.summaries.multilabel_confusion import MultilabelConfusion
    >>> from vedette.testing.rows import observed
    >>> spec = MultilabelConfusion(labels=("a", "b"), predictions=("pa", "pb"))
    >>> counts = observed(spec, a=[1, 0, 1], b=[0, 0, 1], pa=[1, 0, 0], pb=[0, 0, 1])
    >>> HammingLoss().compute({"confusion": counts})[0]
    Estimate(0.1667, low=0, high=0.8838, n=3)
    """

    title: ClassVar[str] = "Hamming loss"
    better: ClassVar[Direction] = "lower"
    tasks: ClassVar[tuple[str, ...]] = ("binary", "multiclass", "multilabel")
    references: ClassVar[tuple[str, ...]] = ("doi:10.1023/A:1007614523901",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": counted(layout)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the loss of each cell."""
        state = current["confusion"]
        t = table(state)
        wrong, squares, n = _wrong(state, t.n - t.tp.sum(axis=1), t.n)
        low, high = mean_interval(n, wrong, squares, level)
        plain = (squares == wrong) | ~(low < high)
        low[plain], high[plain] = wilson_interval(wrong[plain], n[plain], level)
        value = over(wrong, n)
        ends = np.maximum(low, 0), np.minimum(high, 1)
        return explained(value, *ends, n=n, rows=t.rows, labelled=t.labelled)


def _wrong(state: State, errors: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the sums over rows of the share of wrong labels and of its square, and the rows."""
    if isinstance(state.spec, MultilabelConfusion):
        rows = state["rows"]
        return rows[:, 2], rows[:, 3], rows[:, 0]
    return errors, errors, n
