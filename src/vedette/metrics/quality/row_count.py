"""Number of rows."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import Summary
from vedette.values import Estimates


class RowCount(Metric, frozen=True, kw_only=True):
    """Number of rows counted, after repeated ids are dropped.

    It answers whether data still come. It misleads when a window is cut by the end of the data: compare whole windows.

    ``row count = rows``

    Returns
    -------
    Estimates
        Rows, range [0, inf). It has no interval: nothing is estimated.

    Notes
    -----
    *Undefined when* never; no rows are 0 rows.

    Examples
    --------
    >>> from vedette.summaries.counts import Counts
    >>> from vedette.testing.rows import observed
    >>> RowCount().compute({"counts": observed(Counts(column="x"), x=[1.0, None, 3.0])})[0].value
    3.0
    """

    title: ClassVar[str] = "rows"
    unit: ClassVar[str] = "rows"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    default: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts of the first column: each column has all rows."""
        return {"counts": layout.counts(layout.monitored()[0].name)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the rows of each cell."""
        rows = current["counts"]["rows"].astype(float)
        return Estimates.of(rows, n=rows)
