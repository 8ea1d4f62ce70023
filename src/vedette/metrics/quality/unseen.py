"""Unseen categories."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.quality.base import ShareOfRows
from vedette.summaries.base import Summary


class Unseen(ShareOfRows, frozen=True, kw_only=True):
    """Share of a column's present values that the reference does not know.

    It answers whether new categories came: a new carrier, a new spelling. It misleads for a column of ids, where every
    value is new.

    ``unseen = (rows whose category is not in the reference) / (rows with a value)``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has a value. Of more than 10 200 categories the rarest are not remembered and count as
    unseen.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> bins = observed(Categories(column="c", known=("a", "b")), c=["a", "b", "z", None])
    >>> Unseen(column="c").compute({"bins": bins})[0].value.__round__(3)
    0.333
    """

    title: ClassVar[str] = "unseen categories"
    kinds: ClassVar[tuple[str, ...]] = ("category",)
    default: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts by category."""
        return {"bins": layout.bins(str(self.column))}

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return rows of unseen categories and rows with a value."""
        counts = states["bins"]["counts"].astype(float)
        return counts[:, -2], counts[:, :-1].sum(axis=1)
