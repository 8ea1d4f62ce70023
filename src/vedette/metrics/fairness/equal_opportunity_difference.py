"""Equal opportunity difference."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.fairness.base import GroupMetric, Outcomes, difference
from vedette.values import Direction


class EqualOpportunityDifference(GroupMetric, frozen=True, kw_only=True):
    """Equal opportunity difference: recall (true positive rate), group less everyone else.

    It answers whether those who deserve a yes get it as often in the group as elsewhere. It misleads when the labels
    themselves are biased against the group: the deserving who were never labelled so are not seen.

    ``difference = TPR(group) - TPR(everyone else)``

    Returns
    -------
    Estimates
        Points, range [-1, 1], 0 is parity; one for each cell and group. Newcombe's interval. ``n`` is
        the group's positive rows.

    Notes
    -----
    *Undefined when* the group, or everyone else, has no labelled positive row.

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
    >>> EqualOpportunityDifference(column="g").compute({"outcomes": rows})[0]
    Estimate(0.5, low=-0.2726, high=0.9055, n=2)
    """

    title: ClassVar[str] = "equal opportunity difference"
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    better: ClassVar[Direction] = "neither"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("arXiv:1610.02413",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each group's true positive rate less everyone else's."""
        rest = groups.rest()
        positives, others = groups.tp + groups.fn, rest.tp + rest.fn
        value, (low, high) = difference(groups.tp, positives, rest.tp, others, level)
        return value, low, high, positives
