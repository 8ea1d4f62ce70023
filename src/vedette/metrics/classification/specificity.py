"""Specificity."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.metrics.base import over
from vedette.metrics.classification._tables import Rates, ShareOf, Table


class Specificity(ShareOf, frozen=True, kw_only=True):
    """Specificity, also true negative rate: the share of negatives that are not predicted positive.

    It answers how often a row without the condition is left alone; ``1 - specificity`` is the false positive rate.
    It misleads when negatives abound: 0.99 of a million negatives is still ten thousand false alarms.

    ``specificity = TN / (TN + FP)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of negative rows with a prediction; Wilson's
        interval, for a mean over classes joined by square-and-add (the labels of a multi-label row count as
        independent).

    Notes
    -----
    *Undefined when* no labelled row is negative. Rows without label or prediction are left out.

    References
    ----------
    J. Yerushalmy (1947), Statistical problems in assessing methods of medical diagnosis, doi:10.2307/4586294.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y", prediction="p"), y=[1, 0, 0], p=[1, 1, 0])
    >>> Specificity().compute({"confusion": counts})[0]
    Estimate(0.5, low=0.09453, high=0.9055, n=2)
    """

    title: ClassVar[str] = "specificity"
    references: ClassVar[tuple[str, ...]] = ("doi:10.2307/4586294",)

    def parts(self, t: Table) -> tuple[FloatArray, FloatArray]:
        """Return true negatives and negatives."""
        return t.tn, t.tn + t.fp

    def micro(self, t: Table, level: float) -> Rates:
        """Return the share of all classes together: of several classes, one error is one of k - 1 negatives."""
        if t.joint is None:
            return super().micro(t, level)
        others, errors, n = t.tp.shape[1] - 1, t.fp.sum(axis=1), t.n
        low, high = wilson_interval(errors, n, level)
        return Rates(1 - over(errors, n) / others, 1 - high / others, 1 - low / others, n)
