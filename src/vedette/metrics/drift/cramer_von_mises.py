"""Cramér-von Mises distance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.noncentral import noncentral_chi2_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift._cumulative import Cumulative, Floats, cumulative, squares_law
from vedette.metrics.drift.base import rows_of
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class CramerVonMises(Metric, frozen=True, kw_only=True):
    """Cramér-von Mises distance: the mean squared gap between the distribution functions of a number.

    It answers how far a whole distribution moved, with more power than `ks` against a shift of the middle. It
    misleads as a size: it is a squared share, 0.0009 for a mean that moved by a tenth of a standard deviation and
    0.33 for two laws apart.

    ``W = mean over reference rows of (F(x) - G(x))²``, F and G at the upper edges of about 200 bins; values outside
    the reference's range count, missing ones are left out. What chance alone gives is subtracted.

    Returns
    -------
    Estimates
        Squared share, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: of the
        noncentrality of the null law. p: of the weighted sum of chi-squares that is the null law on these bins, by
        its first three moments.

    Notes
    -----
    *Undefined when* either side has no rows with a number, or the reference has a single value.

    References
    ----------
    T. W. Anderson (1962), On the distribution of the two-sample Cramér-von Mises criterion,
    doi:10.1214/aoms/1177704477. J. P. Imhof (1961), doi:10.1093/biomet/48.3-4.419.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.histogram import Histogram
    >>> from vedette.testing.rows import observed
    >>> spec = Histogram(column="x", binning=Binning.fit(np.arange(400.0)))
    >>> now, then = observed(spec, x=np.arange(100, 400.0)), observed(spec, x=np.arange(400.0))
    >>> CramerVonMises().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.02, low=0.009331, high=0.03578, n=300, p=2.03e-09)
    """

    title: ClassVar[str] = "Cramér-von Mises distance"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    compares: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/aoms/1177704477", "doi:10.1093/biomet/48.3-4.419")

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased distance of each cell."""
        if reference is None:
            return Estimates.none(rows_of(current["bins"]), "no reference")
        both = cumulative(current["bins"], reference["bins"])
        seen = squared_gap(both)
        chance = (both.mass * both.deviations() ** 2).sum(axis=1)
        _, share = both.shares()
        law, noise = squares_law(share, both.mass), both.noise
        with np.errstate(all="ignore"):
            standard = law.standard(np.maximum(seen, chance) / noise)
            low, high = (e * law.scale * noise for e in noncentral_chi2_interval(standard, law.df, level))
            p = law.exceeded(seen / noise)
        value = np.where(np.isnan(p), np.nan, np.maximum(seen - chance, 0))
        return Estimates.of(value, low, np.minimum(high, 1), n=both.n, p=p, why="insufficient")


def squared_gap(both: Cumulative) -> Floats:
    """Return the plain distance of each cell, shape (g,)."""
    return np.asarray((both.mass * both.difference() ** 2).sum(axis=1))
