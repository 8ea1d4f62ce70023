"""Wrong type."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.base import States
from vedette.metrics.quality.base import ShareOfRows, tally


class WrongType(ShareOfRows, frozen=True, kw_only=True):
    """Share of a number column's rows that hold something else, such as text.

    It answers whether a pipeline changed its format. It misleads for numbers in a local spelling
    (``1,5``): they count as wrong.

    ``wrong type = (neither missing nor a number) / rows``

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
    >>> counts = observed(Counts(column="x"), x=["1", "2", "n/a", None])
    >>> WrongType(column="x").compute({"counts": counts})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "wrong type"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    default: ClassVar[bool] = True

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return entries of the wrong type and rows."""
        return tally(states, "wrong"), tally(states, "rows")
