"""Out of range."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import States
from vedette.metrics.quality.base import ShareOfRows
from vedette.summaries.base import Summary


class OutOfRange(ShareOfRows, frozen=True, kw_only=True):
    """Share of a number column's present values outside the declared range, else outside the reference's.

    It answers whether a unit or a sensor changed. It misleads where the reference is small: its extremes are then
    near the bulk, and a few rows beyond them are chance; declare ``Schema(ranges={column: (low, high)})``.

    ``out of range = (x < low or x > high) / (rows with a value)``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has a value. A declared range includes its ends; the reference's is known to one part in
    512 of its distance from the median; infinite values are outside.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> import numpy as np
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.histogram import Histogram
    >>> from vedette.testing.rows import observed
    >>> bins = observed(Histogram(column="x", binning=Binning.fit(np.arange(10.0))), x=[0.0, 5.0, 9.0, 40.0])
    >>> OutOfRange(column="x").compute({"bins": bins})[0].value
    0.25
    """

    title: ClassVar[str] = "out of range"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    default: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts outside the declared range, or by bin: the outermost lie outside the reference's."""
        declared = layout.outside(str(self.column))
        return {"outside": declared} if declared else {"bins": layout.bins(str(self.column))}

    def parts(self, states: States) -> tuple[FloatArray, FloatArray]:
        """Return rows outside the range and rows with a value."""
        if "outside" in states:
            below, above, present = (
                np.asarray(states["outside"][name], float) for name in ("below", "above", "present")
            )
            return below + above, present
        counts = states["bins"]["counts"].astype(float)
        return counts[:, 0] + counts[:, -2], counts[:, :-1].sum(axis=1)
