"""Mean of a column."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.moments import mean_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States, over
from vedette.summaries.base import Summary
from vedette.summaries.moments import Moments
from vedette.values import Estimates


class Mean(Metric, frozen=True, kw_only=True):
    """Mean of a number column's finite values.

    It answers where a column lies. It misleads for heavy tails, where a few rows carry it (see `quantile`).

    ``mean = sum x / n``

    Returns
    -------
    Estimates
        In the column's unit. Student's interval.

    Notes
    -----
    *Undefined when* no value is finite; the interval when there are fewer than two.

    References
    ----------
    Student (1908), The probable error of a mean, doi:10.1093/biomet/6.1.1.

    Examples
    --------
    >>> from vedette.testing.rows import observed
    >>> Mean(column="x").compute({"moments": observed(Moments(column="x"), x=[1.0, 2.0, 3.0, None])})[0]
    Estimate(2, low=-0.4841, high=4.484, n=3)
    """

    title: ClassVar[str] = "mean"
    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1093/biomet/6.1.1",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the moments of the column."""
        return {"moments": layout.moments(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the mean of each cell."""
        moments = current["moments"]
        assert isinstance(moments.spec, Moments)
        n, total, squares = moments["n"], moments["total"], moments["squares"]
        centre = moments.spec.centre
        low, high = mean_interval(n, total, squares, level)
        return Estimates.of(over(total, n) + centre, low + centre, high + centre, n=n)
