"""Total variation distance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.absolute_sum import absolute_sum_law, freed_absolute_sum, multinomial_absolute_moments
from vedette.inference.interval import Interval, normal_quantile, tail_probability
from vedette.inference.shifted_chi2 import ShiftedChi2
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift.base import Floats, Table, aligned, deviations, merged, rows_of
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class Tv(Metric, frozen=True, kw_only=True):
    """Total variation distance: the share of rows that would have to change bins.

    It answers in plain words how much of the traffic moved: 0.12 means that 12 % of rows lie in other bins than they
    used to. It misleads about rare bins: one that grows from 0.1 % to 1 % is 0.009 at most (see `psi`).

    ``TV = sum_k |q_k - p_k| / 2`` over the bins of `psi`. Noise makes small differences look larger, by 0.8 of their
    deviation, and leaves large ones as they are; that much is subtracted bin by bin.

    Returns
    -------
    Estimates
        Share of rows, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: low end
        by what noise can add in all (the triangle inequality), high end by the bins that grew. p: of the sum of
        absolute normals with its own mean, variance and tail.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged). The
    interval is wide for safety: its coverage is 0.95 and more.

    References
    ----------
    A. L. Gibbs, F. E. Su (2002), On choosing and bounding probability metrics,
    doi:10.1111/j.1751-5823.2002.tb00178.x.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 400 + ["b"] * 600), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Tv().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.1, low=0.05014, high=0.1434, n=1000, p=6.96e-06)
    """

    title: ClassVar[str] = "total variation distance"
    unit: ClassVar[str] = "share"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    compares: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1111/j.1751-5823.2002.tb00178.x",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased distance of each cell."""
        if reference is None:
            return Estimates.none(rows_of(current["bins"]), "no reference")
        table = merged(aligned(current["bins"], reference["bins"]))
        q, p = table.shares()
        seen = np.abs(q - p).sum(axis=1) / 2
        value = freed_absolute_sum(q - p, deviations(table), 0.5)
        law = chance(table)
        low, high = _interval(table, seen, law, level)
        value = np.where(table.comparable, value, np.nan)
        return Estimates.of(value, low, high, n=table.n, p=law.exceeded(seen**2), why="insufficient")


def chance(table: Table) -> ShiftedChi2:
    """Return the law of the squared distance when both sides share one law.

    With any signs the sum is a difference of one share, whose variance is largest near a share of one half; a bin
    that holds more than half leaves nothing nearer.
    """
    with np.errstate(all="ignore"):
        share = table.total / (table.n + table.m)[:, None]
        noise = 1 / table.n + 1 / table.m
        mean, second = multinomial_absolute_moments(share)
        half = np.maximum(share.max(axis=1, initial=0.5), 0.5)
        return absolute_sum_law(mean / 2 * np.sqrt(noise), second / 4 * noise, half * (1 - half) * noise)


def _interval(table: Table, seen: Floats, law: ShiftedChi2, level: float) -> Interval:
    q, p = table.shares()
    with np.errstate(all="ignore"):
        noise = np.sqrt(law.quantile(tail_probability(level)))
        grown = [np.where(q > p, side, 0).sum(axis=1) for side in (q, p)]
        deviation = np.sqrt(grown[0] * (1 - grown[0]) / table.n + grown[1] * (1 - grown[1]) / table.m)
        high = np.minimum(seen + normal_quantile(level) * deviation, 1)
    return np.asarray(np.maximum(seen - noise, 0)), np.asarray(high)
