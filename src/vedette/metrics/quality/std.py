"""Standard deviation of a column."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.moments import variance_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import Summary
from vedette.values import Estimates


class Std(Metric, frozen=True, kw_only=True):
    """Standard deviation of a number column's finite values.

    It answers how widely a column spreads. It misleads for heavy tails, and so does its interval, which is that of
    normal values.

    ``std = sqrt(sum (x - mean)^2 / (n - 1))``

    Returns
    -------
    Estimates
        In the column's unit, range [0, inf). Interval from the variance of normal values.

    Notes
    -----
    *Undefined when* fewer than two values are finite.

    References
    ----------
    G. W. Snedecor, W. G. Cochran (1989), Statistical Methods, section 5.11.

    Examples
    --------
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> Std(column="x").compute({"moments": observed(Moments(column="x"), x=[1.0, 2.0, 3.0])})[0].value
    1.0
    """

    title: ClassVar[str] = "standard deviation"
    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the moments of the column."""
        return {"moments": layout.moments(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the standard deviation of each cell."""
        n, total, squares = (current["moments"][name] for name in ("n", "total", "squares"))
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.maximum(squares - total**2 / n, 0.0) / (n - 1)
            value = np.where(n >= 2, np.sqrt(spread), np.nan)
        low, high = variance_interval(n, total, squares, level)
        return Estimates.of(value, np.sqrt(np.maximum(low, 0)), np.sqrt(high), n=n, why="insufficient")
