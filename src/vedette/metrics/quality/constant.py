"""Constant column."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import State, Summary
from vedette.summaries.categories import Categories
from vedette.values import Direction, Estimates


class Constant(Metric, frozen=True, kw_only=True):
    """Whether a column's present values are all the same: 1 or 0.

    It answers whether a feature froze. It misleads in small windows, where a rare value may just not occur.

    ``constant = 1 if minimum = maximum (or one category holds all rows) else 0``

    Returns
    -------
    Estimates
        0 or 1; lower is better. It has no interval: it is a fact about the rows.

    Notes
    -----
    *Undefined when* fewer than two rows have a value. Several categories counted together (other, unseen) are not
    called constant.

    Examples
    --------
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> Constant(column="x").compute({"values": observed(Moments(column="x"), x=[3.0, 3.0, 3.0])})[0].value
    1.0
    """

    title: ClassVar[str] = "constant"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    default: ClassVar[bool] = True

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the extremes of a number column, or the counts of a category column."""
        name = str(self.column)
        number = layout.column(name).kind == "number"
        return {"values": layout.moments(name) if number else layout.bins(name)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return 1 or 0 for each cell."""
        same, n = _same(current["values"])
        return Estimates.of(np.where(n >= 2, same, np.nan), n=n, why="insufficient")


def _same(values: State) -> tuple[np.ndarray, np.ndarray]:
    """Return whether all values are the same, and how many there are."""
    if isinstance(values.spec, Categories):
        counts = values["counts"][:, :-1].astype(float)
        n = counts.sum(axis=1)
        return (counts[:, :-2].max(axis=1, initial=0) == n).astype(float), n
    return (values["low"] == values["high"]).astype(float), values["n"]
