"""Precision."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._tables import ShareOf, Table


class Precision(ShareOf, frozen=True, kw_only=True):
    """Precision: the share of predicted positives that are positive.

    It answers how much an alarm can be trusted. It misleads alone: predicting the positive class less often raises
    it, at the cost of recall; and it falls when positives become rarer although the model is as good as before.

    ``precision = TP / (TP + FP)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of labelled rows predicted positive; Wilson's
        interval, for a mean over classes joined by square-and-add (the labels of a multi-label row count as
        independent).

    Notes
    -----
    *Undefined when* no labelled row is predicted positive (scikit-learn returns 0 there). Rows without label or
    prediction are left out.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 1, 0], p=[1, 1, 1])
    >>> Precision().compute({"confusion": counts})[0]
    Estimate(0.6667, low=0.2077, high=0.9385, n=3)
    """

    title: ClassVar[str] = "precision"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, t: Table) -> tuple[FloatArray, FloatArray]:
        """Return true positives and predicted positives."""
        return t.tp, t.tp + t.fp
