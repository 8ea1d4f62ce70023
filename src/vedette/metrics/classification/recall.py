"""Recall."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._tables import ShareOf, Table


class Recall(ShareOf, frozen=True, kw_only=True):
    """Recall, also true positive rate or sensitivity: the share of positives that are predicted.

    It answers how much is found. It misleads alone: predicting everything positive gives 1. It does not depend on
    how many positives there are, so a change of prevalence alone does not move it.

    ``recall = TP / (TP + FN)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of positive rows with a prediction; Wilson's
        interval, for a mean over classes joined by square-and-add (the labels of a multi-label row count as
        independent).

    Notes
    -----
    *Undefined when* no labelled row is positive. Rows without label or prediction are left out.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 1, 0], p=[1, 0, 0])
    >>> Recall().compute({"confusion": counts})[0]
    Estimate(0.5, low=0.09453, high=0.9055, n=2)
    """

    title: ClassVar[str] = "recall"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, t: Table) -> tuple[FloatArray, FloatArray]:
        """Return true positives and positives."""
        return t.tp, t.tp + t.fn
