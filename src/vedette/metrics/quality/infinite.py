"""Infinite values."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.base import States
from vedette.metrics.quality.base import ShareOfRows, tally


class Infinite(ShareOfRows, frozen=True, kw_only=True):
    """Share of a number column's rows that are plus or minus infinity.

    It answers whether a division by zero got into a feature. It misleads never, but says nothing of very large finite
    values (see `out_of_range`).

    ``infinite = (+inf or -inf) / rows``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows; Wilson's interval.

    Notes
    -----
    *Undefined when* there are no rows.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.counts import Counts
    >>> from vedette.testing.rows import observed
    >>> counts = observed(Counts(column="x"), x=[1.0, float("inf"), 3.0, 4.0])
    >>> Infinite(column="x").compute({"counts": counts})[0].value
    0.25
    """

    title: ClassVar[str] = "infinite values"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    default: ClassVar[bool] = True

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return infinite entries and rows."""
        return tally(states, "infinite"), tally(states, "rows")
