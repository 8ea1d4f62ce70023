"""Largest change of a share."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.largest import largest_difference_p, largest_interval, largest_noise
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift.base import aligned, deviations, merged, rows_of
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class Linf(Metric, frozen=True, kw_only=True):
    """Largest change of the share of a single bin or category.

    It answers which single category changed most, and by how many points; TensorFlow Data Validation alarms on it
    for categories. It misleads when many bins move a little each (see `tv`).

    ``L = max_k |q_k - p_k|`` over the bins of `psi`. What chance alone exceeds in half of the windows is subtracted,
    square from square, where it is nearly additive.

    Returns
    -------
    Estimates
        Points of share, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: low
        end by the largest noise (the triangle inequality), high end by that of a single bin. p: of the largest
        hypergeometric difference, joined over bins by Šidák's inequality; with two bins, which move together, it is
        twice too large.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).

    References
    ----------
    A. L. Gibbs, F. E. Su (2002), On choosing and bounding probability metrics,
    doi:10.1111/j.1751-5823.2002.tb00178.x.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b", "c"))
    >>> now = observed(spec, c=["a"] * 400 + ["b"] * 300 + ["c"] * 300)
    >>> then = observed(spec, c=["a"] * 500 + ["b"] * 250 + ["c"] * 250)
    >>> Linf().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.09653, low=0.04517, high=0.1434, n=1000, p=8.11e-06)
    """

    title: ClassVar[str] = "largest change of a share"
    unit: ClassVar[str] = "share"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    compares: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1111/j.1751-5823.2002.tb00178.x",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased largest change of each cell."""
        if reference is None:
            return Estimates.none(rows_of(current["bins"]), "no reference")
        table = merged(aligned(current["bins"], reference["bins"]))
        q, p = table.shares()
        noise = deviations(table)
        chance = largest_noise(noise, 0.5)
        effect = np.sqrt(np.maximum(np.abs(q - p).max(axis=1) ** 2 - chance**2, 0))
        low, high = largest_interval(q - p, noise, level)
        evidence = largest_difference_p(table.current, table.reference, table.n, table.m)
        value = np.where(table.comparable, effect, np.nan)
        return Estimates.of(value, low, np.minimum(high, 1), n=table.n, p=evidence, why="insufficient")
