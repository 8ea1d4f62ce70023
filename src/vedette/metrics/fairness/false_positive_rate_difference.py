"""False positive rate difference."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.fairness.base import GroupMetric, Outcomes, difference
from vedette.values import Direction


class FalsePositiveRateDifference(GroupMetric, frozen=True, kw_only=True):
    """False positive rate difference: false alarms among negatives, group less everyone else.

    It answers whether those who deserve a no are wrongly flagged more often in the group: the harm where a yes is
    a burden (fraud, recidivism). It misleads where `equal_opportunity_difference` does.

    ``difference = FPR(group) - FPR(everyone else)``

    Returns
    -------
    Estimates
        Points, range [-1, 1], 0 is parity; one for each cell and group. Newcombe's interval. ``n`` is
        the group's negative rows.

    Notes
    -----
    *Undefined when* the group, or everyone else, has no labelled negative row.

    References
    ----------
    M. Hardt, E. Price, N. Srebro (2016), Equality of opportunity in supervised learning, arXiv:1610.02413.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.summaries.group_outcomes import GroupOutcomes
    >>> from vedette.testing.rows import observed
    >>> table = Confusion(classes=("0", "1"), label="y", prediction="p")
    >>> spec = GroupOutcomes(groups=Categories(column="g", known=("u", "v")), confusion=table)
    >>> rows = observed(spec, g=["u"] * 4 + ["v"] * 4, y=[1, 1, 0, 0, 1, 1, 0, 0], p=[1, 1, 1, 0, 1, 0, 0, 0])
    >>> FalsePositiveRateDifference(column="g").compute({"outcomes": rows})[0]
    Estimate(0.5, low=-0.2726, high=0.9055, n=2)
    """

    title: ClassVar[str] = "false positive rate difference"
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    better: ClassVar[Direction] = "neither"
    references: ClassVar[tuple[str, ...]] = ("arXiv:1610.02413",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each group's false positive rate less everyone else's."""
        rest = groups.rest()
        negatives, others = groups.fp + groups.tn, rest.fp + rest.tn
        value, (low, high) = difference(groups.fp, negatives, rest.fp, others, level)
        return value, low, high, negatives
