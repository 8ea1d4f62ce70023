"""Predictive parity difference."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.fairness.base import GroupMetric, Outcomes, difference
from vedette.values import Direction


class PredictiveParityDifference(GroupMetric, frozen=True, kw_only=True):
    """Predictive parity difference: precision, group less everyone else.

    It answers whether a yes means the same in the group as elsewhere. It misleads as a goal next to equal error rates:
    where the groups' shares of positives differ, an imperfect model cannot have both.

    ``difference = precision(group) - precision(everyone else)``

    Returns
    -------
    Estimates
        Points, range [-1, 1], 0 is parity; one for each cell and group. Newcombe's interval. ``n`` is
        the group's labelled rows predicted positive.

    Notes
    -----
    *Undefined when* the group, or everyone else, has no labelled row predicted positive.

    References
    ----------
    A. Chouldechova (2017), Fair prediction with disparate impact, doi:10.1089/big.2016.0047.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.summaries.group_outcomes import GroupOutcomes
    >>> from vedette.testing.rows import observed
    >>> table = Confusion(classes=("0", "1"), label="y", prediction="p")
    >>> spec = GroupOutcomes(groups=Categories(column="g", known=("u", "v")), confusion=table)
    >>> rows = observed(spec, g=["u"] * 4 + ["v"] * 4, y=[1, 1, 0, 0, 1, 1, 0, 0], p=[1, 1, 1, 0, 1, 0, 0, 0])
    >>> PredictiveParityDifference(column="g").compute({"outcomes": rows})[0]
    Estimate(-0.3333, low=-0.7923, high=0.5054, n=3)
    """

    title: ClassVar[str] = "predictive parity difference"
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    better: ClassVar[Direction] = "neither"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1089/big.2016.0047",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each group's precision less everyone else's."""
        rest = groups.rest()
        alarms, others = groups.tp + groups.fp, rest.tp + rest.fp
        value, (low, high) = difference(groups.tp, alarms, rest.tp, others, level)
        return value, low, high, alarms
