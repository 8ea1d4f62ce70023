"""Number of distinct values."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import normal_quantile
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import Summary
from vedette.summaries.distinct import Distinct as Smallest
from vedette.values import Estimates


class Distinct(Metric, frozen=True, kw_only=True):
    """Number of distinct values of a column in these rows, missing ones not counted.

    It answers whether a column of ids repeats itself, and whether a category column grows without end. It misleads
    between windows of different size: more rows show more values.

    Exact up to 1024 values; beyond that the density of the 1024 smallest hashes stands for all of them.

    Returns
    -------
    Estimates
        Values, range [0, inf). Interval: of the count by hashes, from its relative error of 3 %; a point while it is
        exact. It says nothing of rows that are not here.

    Notes
    -----
    *Undefined when* no row has a value.

    References
    ----------
    Z. Bar-Yossef, T. Jayram, R. Kumar, D. Sivakumar, L. Trevisan (2002), Counting distinct elements in a data stream,
    doi:10.1007/3-540-45726-7_1.

    Examples
    --------
    >>> from vedette.testing.rows import observed
    >>> state = observed(Smallest(column="c", number=False), c=["a", "b", "a", None])
    >>> Distinct(column="c").compute({"hashes": state})[0]
    Estimate(2, low=2, high=2, n=2)
    """

    title: ClassVar[str] = "distinct values"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number", "category", "text")
    references: ClassVar[tuple[str, ...]] = ("doi:10.1007/3-540-45726-7_1",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the smallest hashes of the column's values."""
        return {"hashes": layout.distinct(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the number of distinct values of each cell."""
        state = current["hashes"]
        assert isinstance(state.spec, Smallest)
        value = np.rint(state.spec.estimate(state))
        k = state.spec.k
        error = np.where(value >= k, normal_quantile(level) / np.sqrt(k - 2), 0.0)
        low = np.where(value >= k, np.maximum(value * np.exp(-error), k), value)
        found = np.where(value > 0, value, np.nan)
        return Estimates.of(found, low, value * np.exp(error), n=value)
