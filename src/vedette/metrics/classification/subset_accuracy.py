"""Subset accuracy."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification._tables import table
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Estimates


class SubsetAccuracy(ClassMetric, frozen=True, kw_only=True):
    """Subset accuracy, also exact match: the share of rows with every label right.

    It answers how often the whole set of a row's labels is right (scikit-learn's accuracy of several labels). It
    misleads with many labels: nearly right rows count as wrong (see `hamming_loss`).

    ``subset accuracy = (rows with every label right) / (rows)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows whose every label and prediction is
        known; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has all its labels and predictions.

    References
    ----------
    M.-L. Zhang, Z.-H. Zhou (2014), A review on multi-label learning algorithms, doi:10.1109/TKDE.2013.39.

    Examples
    --------
    >>> from vedette.summaries.multilabel_confusion import MultilabelConfusion
    >>> from vedette.testing.rows import observed
    >>> spec = MultilabelConfusion(labels=("a", "b"), predictions=("pa", "pb"))
    >>> counts = observed(spec, a=[1, 0, 1], b=[0, 0, 1], pa=[1, 0, 0], pb=[0, 0, 1])
    >>> SubsetAccuracy().compute({"confusion": counts})[0]
    Estimate(0.6667, low=0.2077, high=0.9385, n=3)
    """

    title: ClassVar[str] = "subset accuracy"
    default: ClassVar[bool] = True
    tasks: ClassVar[tuple[str, ...]] = ("multilabel",)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1109/TKDE.2013.39",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": layout.multilabel_confusion()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the share of rows with every label right in each cell."""
        state = current["confusion"]
        t, (n, right) = table(state), state["rows"][:, :2].T
        low, high = wilson_interval(right, n, level)
        return explained(over(right, n), low, high, n=n, rows=t.rows, labelled=t.labelled)
