"""Equalized odds difference."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray, Interval
from vedette.metrics.fairness.base import GroupMetric, Outcomes, difference
from vedette.values import Direction


class EqualizedOdds(GroupMetric, frozen=True, kw_only=True):
    """Equalized odds difference: the larger of the gaps in true and in false positive rate, group to everyone else.

    It answers whether the model errs alike for the group and for others, given what is true. It misleads at small n:
    the larger of two absolute gaps is above 0 by chance, so read the lower end of the interval.

    ``difference = max(|TPR(group) - TPR(everyone else)|, |FPR(group) - FPR(everyone else)|)``

    Returns
    -------
    Estimates
        Points, range [0, 1], lower is better, 0 is parity; one for each cell and group. ``n`` is the group's
        labelled rows with a prediction. The interval is made of both gaps' Newcombe intervals, each at the level
        that makes them hold together (Šidák), so it covers at least what it says.

    Notes
    -----
    *Undefined when* the group, or everyone else, has no labelled positive row or no labelled negative row.

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
    >>> EqualizedOdds(column="g").compute({"outcomes": rows})[0]
    Estimate(0.5, low=0, high=0.9226, n=4)
    """

    title: ClassVar[str] = "equalized odds difference"
    better: ClassVar[Direction] = "lower"
    references: ClassVar[tuple[str, ...]] = ("arXiv:1610.02413",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the larger gap of each group."""
        rest, each = groups.rest(), np.sqrt(level)
        found = difference(groups.tp, groups.tp + groups.fn, rest.tp, rest.tp + rest.fn, each)
        alarm = difference(groups.fp, groups.fp + groups.tn, rest.fp, rest.fp + rest.tn, each)
        (low, high), (other_low, other_high) = (_absolute(ends) for _, ends in (found, alarm))
        value = np.maximum(np.abs(found[0]), np.abs(alarm[0]))
        labelled = groups.tp + groups.fn + groups.fp + groups.tn
        return value, np.maximum(low, other_low), np.maximum(high, other_high), labelled


def _absolute(ends: Interval) -> Interval:
    """Return the interval of the absolute value."""
    low, high = ends
    return np.maximum(np.maximum(low, -high), 0), np.maximum(np.abs(low), np.abs(high))
