"""Prediction rate."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._shares import ShareOfClass


class PredictionRate(ShareOfClass, frozen=True, kw_only=True):
    """Prediction rate: the share of rows predicted positive; needs no labels.

    It answers how often the model says yes, the first thing to move when inputs or the model change. It misleads as
    a measure of quality: it moves when the share of positives does, and rightly so.

    ``prediction rate = (rows predicted positive) / (rows with a prediction)``

    Returns
    -------
    Estimates
        A share, range [0, 1]. ``n`` is the number of rows with a prediction; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has a prediction of a known class.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Confusion(classes=("0", "1"), prediction="p"), p=[1, 0, 0, 0])
    >>> PredictionRate().compute({"confusion": counts})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "prediction rate"
    default: ClassVar[bool] = True
    needs_label: ClassVar[bool] = False
    of_labelled: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def parts(self, counts: FloatArray, place: int) -> tuple[FloatArray, FloatArray]:
        """Return rows predicted as the class and rows with a prediction."""
        predicted = counts.sum(axis=2)
        return predicted[:, place], predicted[:, :-1].sum(axis=1)
