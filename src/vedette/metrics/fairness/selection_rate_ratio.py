"""Selection rate ratio."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray, Interval
from vedette.inference.wilson import wilson_interval
from vedette.metrics.base import over
from vedette.metrics.fairness.base import GroupMetric, Outcomes
from vedette.values import Direction


class SelectionRateRatio(GroupMetric, frozen=True, kw_only=True):
    """Selection rate ratio, also disparate impact: share predicted positive, group over everyone else.

    It answers how many yes the group gets for each one that others get; the "four-fifths rule" of US employment law
    calls less than 0.8 evidence of adverse impact. It misleads when yes is rare: 0.2 % against 0.3 % is 0.67 (see
    `selection_rate_difference`), and the rule asks for both the ratio and its significance.

    ``ratio = P(predicted positive | group) / P(predicted positive | everyone else)``

    Returns
    -------
    Estimates
        Times, range [0, inf), 1 is parity; one for each cell and group. ``n`` is the group's rows with a prediction.
        Interval by the method of variance estimates recovery (MOVER) for a ratio, from the Wilson interval of each
        share: in closed form, and never below 0.

    Notes
    -----
    *Undefined when* the group has no row with a prediction, or nobody else is predicted positive. Needs no labels.

    References
    ----------
    Uniform guidelines on employee selection procedures (1978), 29 CFR 1607.4 D. R. G. Newcombe (2016),
    MOVER-R confidence intervals for ratios and products of two independently estimated quantities,
    doi:10.1177/0962280213502144.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.summaries.confusion import Confusion
    >>> from vedette.summaries.group_outcomes import GroupOutcomes
    >>> from vedette.testing.rows import observed
    >>> table = Confusion(classes=("0", "1"), prediction="p")
    >>> spec = GroupOutcomes(groups=Categories(column="g", known=("u", "v")), confusion=table)
    >>> rows = observed(spec, g=["u"] * 10 + ["v"] * 10, p=[1] * 3 + [0] * 7 + [1] * 6 + [0] * 4)
    >>> SelectionRateRatio(column="g").compute({"outcomes": rows})[0]
    Estimate(0.5, low=0.1728, high=1.303, n=10)
    """

    title: ClassVar[str] = "selection rate ratio"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    better: ClassVar[Direction] = "neither"
    needs_label: ClassVar[bool] = False
    references: ClassVar[tuple[str, ...]] = ("doi:10.1177/0962280213502144",)

    def gap(self, groups: Outcomes, level: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return each group's selection rate over everyone else's."""
        rest = groups.rest()
        rate, other = over(groups.selected, groups.predicted), over(rest.selected, rest.predicted)
        own = wilson_interval(groups.selected, groups.predicted, level)
        theirs = wilson_interval(rest.selected, rest.predicted, level)
        value = np.where(other > 0, rate / other, np.nan)
        return value, *_ratio_interval(rate, own, other, theirs), groups.predicted


def _ratio_interval(p: FloatArray, p_ends: Interval, q: FloatArray, q_ends: Interval) -> Interval:
    """Return the ends of p / q: where p's and q's own deviations, squared and added, reach ``p - ratio * q = 0``."""
    (low, high), (other_low, other_high) = p_ends, q_ends
    product = p * q
    down = np.sqrt(np.maximum(product**2 - low * other_high * (2 * p - low) * (2 * q - other_high), 0))
    up = np.sqrt(np.maximum(product**2 - high * other_low * (2 * p - high) * (2 * q - other_low), 0))
    # The lower root is written without the difference that cancels, and divides by 0, at other_high = 2 q.
    lower = np.where(p > 0, low * (2 * p - low) / (product + down), 0.0)
    return np.asarray(lower), np.asarray((product + up) / (other_low * (2 * q - other_low)))
