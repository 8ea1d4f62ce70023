"""Largest value of a column."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import Summary
from vedette.values import Estimates


class Maximum(Metric, frozen=True, kw_only=True):
    """Largest finite value of a number column.

    It answers how far a column reaches. It misleads as a comparison of windows with different numbers of rows: more
    rows reach further.

    ``maximum = max x``

    Returns
    -------
    Estimates
        In the column's unit. It has no interval: an extreme says little of the next one.

    Notes
    -----
    *Undefined when* no value is finite.

    Examples
    --------
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> Maximum(column="x").compute({"moments": observed(Moments(column="x"), x=[1.0, None, 3.0])})[0].value
    3.0
    """

    title: ClassVar[str] = "maximum"
    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the moments of the column."""
        return {"moments": layout.moments(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the largest value of each cell."""
        moments = current["moments"]
        return Estimates.of(moments["high"], n=moments["n"])
