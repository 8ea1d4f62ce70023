"""Accuracy."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification._tables import table
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Estimates


class Accuracy(ClassMetric, frozen=True, kw_only=True):
    """Accuracy: the share of rows whose class is predicted right.

    It answers how often the model is right over the rows as they come. It misleads when one class is rare: always
    predicting the common one gives 0.98 where 2 % are positive (see `balanced_accuracy`, `mcc`).

    ``accuracy = (right predictions) / (rows)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows with label and prediction; Wilson's
        interval.

    Notes
    -----
    *Undefined when* no row has both a label and a prediction of a known class. Several labels a row: see
    `subset_accuracy` and `hamming_loss`.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 0, 0, None], p=[1, 0, 1, 1])
    >>> Accuracy().compute({"confusion": counts})[0]
    Estimate(0.6667, low=0.2077, high=0.9385, n=3)
    """

    title: ClassVar[str] = "accuracy"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": layout.confusion()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the accuracy of each cell."""
        t = table(current["confusion"])
        right, n = t.tp.sum(axis=1), t.n
        low, high = wilson_interval(right, n, level)
        return explained(over(right, n), low, high, n=n, rows=t.rows, labelled=t.labelled)
