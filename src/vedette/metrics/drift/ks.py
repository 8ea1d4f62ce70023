"""Kolmogorov-Smirnov distance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.ks import kolmogorov_p, ks_effect_interval
from vedette.inference.largest import largest_difference_p, largest_noise
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift._cumulative import Cumulative, Floats, cumulative
from vedette.metrics.drift.base import rows_of
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates

#: With more edges Kolmogorov's law is nearer than a bound edge by edge.
_FEW = 12
#: Median of Kolmogorov's law.
_MEDIAN = 0.8275735551899077


class Ks(Metric, frozen=True, kw_only=True):
    """Kolmogorov-Smirnov distance: the largest gap between the distribution functions of a number.

    It answers by how many points the share of rows below some value changed at most. It misleads about tails, where
    both functions are near 0 or 1, and it is read at the edges of about 200 bins: the gap on the rows themselves is
    larger by at most the share of the fullest bin, about half a point.

    ``D = max_edges |F(x) - G(x)|`` over rows with a number; values outside the reference's range and ±inf count as
    such, missing ones are left out (`psi` and `missing` see them). What chance alone exceeds in half of the windows is
    subtracted, square from square, where it is nearly additive.

    Returns
    -------
    Estimates
        Points of share, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: the
        band of Dvoretzky, Kiefer and Wolfowitz about the plain distance. p: of Kolmogorov's law; of the largest
        hypergeometric difference where that is smaller, for columns of few values.

    Notes
    -----
    *Undefined when* either side has no rows with a number, or the reference holds none to fit bins on.

    References
    ----------
    M. A. Stephens (1970), Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive
    tables, doi:10.1111/j.2517-6161.1970.tb00821.x. P. Massart (1990), doi:10.1214/aop/1176990746.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.histogram import Histogram
    >>> from vedette.testing.rows import observed
    >>> spec = Histogram(column="x", binning=Binning.fit(np.arange(400.0)))
    >>> now, then = observed(spec, x=np.arange(100, 400.0)), observed(spec, x=np.arange(400.0))
    >>> Ks().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.2419, low=0.1463, high=0.3537, n=300, p=6.48e-10)
    """

    title: ClassVar[str] = "Kolmogorov-Smirnov distance"
    unit: ClassVar[str] = "share"
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    compares: ClassVar[bool] = True
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = (
        "doi:10.1111/j.2517-6161.1970.tb00821.x",
        "doi:10.1214/aop/1176990746",
    )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased distance of each cell."""
        if reference is None:
            return Estimates.none(rows_of(current["bins"]), "no reference")
        both = cumulative(current["bins"], reference["bins"])
        seen = np.abs(both.difference()).max(axis=1, initial=0.0)
        p, chance = _by_chance(both, seen)
        value = np.where(np.isnan(p), np.nan, np.sqrt(np.maximum(seen**2 - chance**2, 0)))
        low, high = ks_effect_interval(seen, both.n, both.m, level)
        return Estimates.of(value, low, high, n=both.n, p=p, why="insufficient")


def _by_chance(both: Cumulative, seen: Floats) -> tuple[Floats, Floats]:
    """Return p, and what the distance exceeds in half of the windows when both sides share one law."""
    p, chance = kolmogorov_p(seen, both.n, both.m), _MEDIAN * np.sqrt(both.noise)
    edges = both.current.shape[1]
    if not 0 < edges <= _FEW:
        return p if edges else np.full(len(p), np.nan), chance
    single = largest_difference_p(both.current, both.reference, both.n, both.m)
    return np.fmin(p, single), np.minimum(chance, largest_noise(both.deviations(), 0.5))
