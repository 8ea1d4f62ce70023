"""Cost of decisions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.classification._tables import table
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class Cost(ClassMetric, frozen=True, kw_only=True):
    """Cost: what the model's decisions cost per row, given what each kind of hit and error costs.

    It answers whether a change matters in money, minutes or harm: the number to alert on when one is known. It
    misleads when the costs do. With the defaults it is the error rate.

    ``cost = (tp TP + fp FP + fn FN + tn TN) / (TP + FP + FN + TN)``

    Attributes
    ----------
    tp : float
        Cost of one true positive; a gain is negative, here and below.
    fp : float
        Cost of one false positive.
    fn : float
        Cost of one false negative.
    tn : float
        Cost of one true negative.

    Returns
    -------
    Estimates
        In the unit of the costs, per row, lower is better. ``n`` is the number of rows with label and prediction.
        Wilson's interval, on the scale from the least to the greatest cost, at the effective number of rows.

    Notes
    -----
    *Undefined when* no row has both a label and a prediction.

    References
    ----------
    C. Elkan (2001), The foundations of cost-sensitive learning, IJCAI-01, pages 973-978.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 1, 0, 0], p=[1, 0, 1, 0])
    >>> Cost(fn=10.0, fp=1.0).compute({"confusion": counts})[0]
    Estimate(2.75, low=0.5846, high=6.986, n=4)
    """

    title: ClassVar[str] = "cost per row"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    better: ClassVar[Direction] = "lower"
    tasks: ClassVar[tuple[str, ...]] = ("binary",)

    tp: float = 0.0
    fp: float = 1.0
    fn: float = 1.0
    tn: float = 0.0

    def __post_init__(self) -> None:
        if len({self.tp, self.fp, self.fn, self.tn}) < 2 or not np.isfinite(self._costs).all():
            raise ConfigError(
                f"Parameters tp, fp, fn, tn of cost are {self.tp!r}, {self.fp!r}, {self.fn!r}, {self.tn!r}",
                "Four finite costs that are not all the same",
                "Write what one row of each kind costs, e.g. fp=1, fn=10",
                code="metric.bad-parameter",
            )

    @property
    def _costs(self) -> FloatArray:
        return np.array([self.tp, self.fp, self.fn, self.tn], float)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the confusion counts."""
        return {"confusion": layout.confusion()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the cost of each cell."""
        t = table(current["confusion"])
        counts = np.stack([side[:, -1] for side in (t.tp, t.fp, t.fn, t.tn)], axis=1)
        least, most = self._costs.min(), self._costs.max()
        scaled = (self._costs - least) / (most - least)
        with np.errstate(all="ignore"):
            share = counts @ scaled / t.n
            rows = t.n * _efficiency(counts, scaled)
            ends = (share, *wilson_interval(share * rows, rows, level))
        value, low, high = (least + (most - least) * end for end in ends)
        return explained(value, low, high, n=t.n, rows=t.rows, labelled=t.labelled)


def _efficiency(counts: FloatArray, scaled: FloatArray) -> FloatArray:
    """Return how many yes-or-no rows one row is worth: 1 when all cost nothing or the most, more in between.

    Half a row is added to each kind, for a kind that has not been seen may yet come.
    """
    smoothed = counts + 0.5
    smoothed /= smoothed.sum(axis=1, keepdims=True)
    mean = smoothed @ scaled
    return np.asarray(mean * (1 - mean) / (smoothed @ scaled**2 - mean**2))
