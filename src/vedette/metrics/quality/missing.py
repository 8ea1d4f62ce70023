"""Missing values."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.base import States
from vedette.metrics.quality.base import ShareOfRows, tally


class Missing(ShareOfRows, frozen=True, kw_only=True):
    """Share of a column's rows without a value: null or not a number.

    It answers whether a feed lost a column. It misleads where missing is itself a value (no previous order): watch its
    drift then, where missing is a bin.

    ``missing = (null or nan) / rows``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows; Wilson's interval.

    Notes
    -----
    *Undefined when* there are no rows. Text in a number column is not missing but wrong (see `wrong_type`).

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.counts import Counts
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Counts(column="x"), x=[1.0, None, 3.0, 4.0])
    >>> Missing(column="x").compute({"counts": counts})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "missing values"
    kinds: ClassVar[tuple[str, ...]] = ("number", "category", "time", "text", "embedding")
    default: ClassVar[bool] = True

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return missing entries and rows."""
        return tally(states, "missing"), tally(states, "rows")
