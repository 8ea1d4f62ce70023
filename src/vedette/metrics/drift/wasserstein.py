"""Wasserstein distance."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from vedette.inference.absolute_sum import freed_absolute_sum
from vedette.inference.interval import normal_quantile, tail_probability
from vedette.inference.shifted_chi2 import ShiftedChi2
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift._cumulative import Cumulative, Floats, absolutes_law, cumulative, squares_law
from vedette.metrics.drift.base import rows_of
from vedette.metrics.drift.cramer_von_mises import squared_gap
from vedette.summaries.base import State, Summary
from vedette.summaries.histogram import Histogram
from vedette.values import Direction, Estimates

#: Rows on the smaller side, for each unit of the reference's kurtosis, from which a mean is as good as normal.
_NORMAL = 30.0


class Wasserstein(Metric, frozen=True, kw_only=True):
    """Wasserstein distance: how far rows moved on average, in standard deviations of the reference.

    It answers how much a number moved in its own terms: 0.3 means that turning one distribution into the other moves
    a row by 0.3 standard deviations on average. A shift of everything is its own size; it sees tails that `ks`
    does not. It misleads when a few huge values carry it: one row that is a billion off is the whole distance.

    ``W1 = ∫ |F - G| dx / sd`` by the trapezoid rule over about 200 bins and out to the least and greatest value seen,
    and no less than the change of the mean, which is known exactly; ±inf count as the outermost value, rows without a
    number are left out. Noise makes small gaps look larger; that much is subtracted, edge by edge.

    Returns
    -------
    Estimates
        Standard deviations of the reference, range [0, inf), 0 where chance alone gives more; lower is nearer the
        reference. Interval: low end by what noise can add in all (the triangle inequality), high end by the
        deviation of a mean. p: of the null law, a sum of absolute correlated normals; where a side has fewer rows
        than thirty times the reference's kurtosis, and means are not normal, no smaller than that of
        `cramer_von_mises`, which holds for any law; the low end is then 0 unless p says otherwise.

    Notes
    -----
    *Undefined when* either side has no rows with a number, or the reference is constant. The interval is wide for
    safety: its coverage is 0.94 and more where means are normal.

    References
    ----------
    S. S. Vallender (1974), Calculation of the Wasserstein distance between probability distributions on the line,
    doi:10.1137/1118101. A. Ramdas, N. García Trillos, M. Cuturi (2017), On Wasserstein two-sample testing and
    related families of nonparametric tests, doi:10.3390/e19020047.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.histogram import Histogram
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> then, now = np.arange(400.0), np.arange(400.0) + 30
    >>> needs = {"bins": Histogram(column="x", binning=Binning.fit(then)), "moments": Moments(column="x")}
    >>> current = {name: observed(spec, x=now) for name, spec in needs.items()}
    >>> Wasserstein().compute(current, {name: observed(spec, x=then) for name, spec in needs.items()})[0]
    Estimate(0.2583, low=0.09514, high=0.3984, n=400, p=0.000331)
    """

    title: ClassVar[str] = "Wasserstein distance"
    unit: ClassVar[str] = "sd"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    better: ClassVar[Direction] = "lower"
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    compares: ClassVar[bool] = True
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1137/1118101", "doi:10.3390/e19020047")

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts, the moments and the extremes of the column."""
        return {"bins": layout.bins(str(self.column)), "moments": layout.moments(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased distance of each cell."""
        if reference is None:
            return Estimates.none(rows_of(current["bins"]), "no reference")
        both = cumulative(current["bins"], reference["bins"])
        now, then = (_spread(side["moments"]) for side in (current, reference))
        gaps, sigma = both.difference(), both.deviations()
        with np.errstate(all="ignore"):
            weight = _widths(current["bins"], current["moments"])
            seen = (weight * np.abs(gaps)).sum(axis=1)
            further = np.maximum(np.abs(now.mean - then.mean) - seen, 0)
            value = freed_absolute_sum(gaps, sigma, weight) + further
            law, p = _evidence(both, weight, seen + further, _pooled(both, now, then))
            variance = now.variance / both.n + then.variance / both.m
            own = ShiftedChi2(law.shift * both.noise, variance, law.df)
            low = np.maximum(seen + further - np.sqrt(own.quantile(tail_probability(level))), 0)
            low = np.where(p <= tail_probability(level), low, 0)
            high = seen + further + normal_quantile(level) * np.sqrt(variance)
            unit = np.where(then.variance > 0, np.sqrt(then.variance), np.nan)
            value, low, high = value / unit, low / unit, high / unit
        found = Estimates.of(value, low, high, n=both.n, p=p, why="insufficient")
        return found.because("undefined", (both.n > 0) & (both.m > 0))


class _Spread(NamedTuple):
    mean: Floats
    variance: Floats


def _spread(moments: State) -> _Spread:
    """Return mean, measured from the centre, and variance."""
    with np.errstate(all="ignore"):
        mean = moments["total"] / moments["n"]
        variance = moments["squares"] / moments["n"] - mean**2
    # What is left of a constant by rounding is no spread.
    return _Spread(mean, np.where(variance > 1e-12 * mean**2, variance, 0))


def _widths(bins: State, moments: State) -> Floats:
    """Return the weight of each edge in the trapezoid rule, (g, edges), tails as far as rows were seen."""
    assert isinstance(bins.spec, Histogram)
    edges = bins.spec.binning.edges
    half = np.diff(edges) / 2
    weight = np.tile(np.append(half, 0) + np.insert(half, 0, 0), (len(bins), 1))
    if len(edges):
        beyond = edges[0] - moments["low"], moments["high"] - edges[-1]
        weight[:, 0] += np.maximum(np.where(np.isfinite(beyond[0]), beyond[0], 0), 0) / 2
        weight[:, -1] += np.maximum(np.where(np.isfinite(beyond[1]), beyond[1], 0), 0) / 2
    return np.asarray(weight)


def _pooled(both: Cumulative, now: _Spread, then: _Spread) -> Floats:
    """Return the variance of all rows of both sides together, outliers beyond the bins included."""
    n, m = both.n, both.m
    inside = (n * now.variance + m * then.variance) / (n + m)
    return np.asarray(inside + n * m / (n + m) ** 2 * (now.mean - then.mean) ** 2)


def _evidence(both: Cumulative, weight: Floats, seen: Floats, variance: Floats) -> tuple[ShiftedChi2, Floats]:
    """Return the null law of the squared distance for 1/n + 1/m = 1, and p.

    For p the rate of the tail is no less than the `variance` of all rows: heavy tails reach beyond the bins.
    """
    _, share = both.shares()
    law = absolutes_law(share, weight)
    p = law._replace(scale=np.maximum(law.scale, variance)).exceeded(seen**2 / both.noise)
    few = np.minimum(both.n, both.m) < _NORMAL * _kurtosis(share, weight)
    if few.any():
        robust = squares_law(share[few], both.mass[few]).exceeded((squared_gap(both) / both.noise)[few])
        p[few] = np.fmax(p[few], robust)
    return law, p


def _kurtosis(share: Floats, weight: Floats) -> Floats:
    """Return the kurtosis of the reference as its bins show it, from steps of `weight` at the edges."""
    mass = np.diff(share, axis=1, prepend=0, append=1)
    place = np.cumsum(np.insert(weight, 0, 0, axis=1), axis=1)
    offset = place - (mass * place).sum(axis=1, keepdims=True)
    return np.asarray((mass * offset**4).sum(axis=1) / (mass * offset**2).sum(axis=1) ** 2)
