"""Selection rate difference."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.fairness.base import GroupMetric, Outcomes, difference
from vedette.values import Direction


class SelectionRateDifference(GroupMetric, frozen=True, kw_only=True):
    """Selection rate difference, also demographic parity: share predicted positive, group less everyone else.

    It answers whether the model says yes to the group more or less often; needs no labels. It misleads where the groups
    differ in what is predicted: equal rates then mean unequal errors.

    ``difference = P(predicted positive | group) - P(predicted positive | everyone else)``

    Returns
    -------
    Estimates
        Points, range [-1, 1], 0 is parity; one for each cell and group. Newcombe's interval. ``n`` is
        the group's rows with a prediction.

    Notes
    -----
    *Undefined when* the group, or everyone else, has no row with a prediction.

    References
    ----------
    C. Dwork, M. Hardt, T. Pitassi, O. Reingold, R. Zemel (2012), Fairness through awareness,
    doi:10.1145/2090236.2090255.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.summaries.group_outcomes import GroupOutcomes
    >>> from vedette.testing.rows import observed
    >>> table = Confusion(classes=("0", "1"), label="y", prediction="p")
    >>> spec = GroupOutcomes(groups=Categories(column="g", known=("u", "v")), confusion=table)
    >>> rows = observed(spec, g=["u"] * 4 + ["v"] * 4, y=[1, 1, 0, 0, 1, 1, 0, 0], p=[1, 1, 1, 0, 1, 0, 0, 0])
    >>> SelectionRateDifference(column="g").compute({"outcomes": rows})[0]
    Estimate(0.5, low=-0.1355, high=0.7891, n=4)
    """

    title: ClassVar[str] = "selection rate difference"
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    better: ClassVar[Direction] = "neither"
    default: ClassVar[bool] = True
    needs_label: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/2090236.2090255",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each group's selection rate less everyone else's."""
        rest = groups.rest()
        value, (low, high) = difference(
            groups.selected, groups.predicted, rest.selected, rest.predicted, level
        )
        return value, low, high, groups.predicted
