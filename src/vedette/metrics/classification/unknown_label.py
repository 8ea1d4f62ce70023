"""Labels outside the known classes."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._shares import PlainShare
from vedette.values import Direction


class UnknownLabel(PlainShare, frozen=True, kw_only=True):
    """Unknown label: the share of labels outside the classes that the reference showed.

    It answers whether a class is new or spelled in a new way; every performance metric leaves such rows out, so it
    tells how many. It misleads when a true class was merely too rare for the reference to show it.

    ``unknown label = (rows labelled outside the classes) / (labelled rows)``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of labelled rows; Wilson's interval.

    Notes
    -----
    *Undefined when* no row is labelled.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), label="y"), y=[1, 0, 7, 0, None])
    >>> UnknownLabel().compute({"confusion": counts})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "labels of unknown classes"
    better: ClassVar[Direction] = "lower"
    needs_prediction: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, counts: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
        """Return rows labelled outside the classes and labelled rows."""
        true = counts.sum(axis=1)
        return true[:, -1], true[:, -1] + true[:, :-2].sum(axis=1)
