"""Label rate."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._shares import ShareOfClass


class LabelRate(ShareOfClass, frozen=True, kw_only=True):
    """Label rate, also prevalence or base rate: the share of positives among labelled rows.

    It answers how common the positive class is. It misleads while labels still come in and positives come sooner
    than negatives (fraud, churn): the share among the rows labelled so far is then too high.

    ``label rate = (positive rows) / (rows labelled with a known class)``

    Returns
    -------
    Estimates
        A share, range [0, 1]. ``n`` is the number of labelled rows; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has a label of a known class.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y"), y=[1, 0, 0, 0, None])
    >>> LabelRate().compute({"confusion": counts})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "label rate"
    default: ClassVar[bool] = True
    needs_prediction: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, counts: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
        """Return rows of the class and rows labelled with a known class."""
        true = counts.sum(axis=1)
        return true[:, place], true[:, :-2].sum(axis=1)
