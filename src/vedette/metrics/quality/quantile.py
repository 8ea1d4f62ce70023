"""Quantile of a column."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.summaries.base import State, Summary
from vedette.summaries.histogram import Histogram
from vedette.values import Estimates


class Quantile(Metric, frozen=True, kw_only=True):
    """Quantile of a number column's finite values, read from about 200 bins.

    It answers what a typical or an extreme value is, whatever the tails. It misleads beyond the reference's range,
    where one bin reaches to the extreme value and the quantile is interpolated in it.

    ``quantile(q): the x with (rows <= x) / n = q``, linear inside a bin

    Parameters
    ----------
    q : float
        Between 0 and 1; 0.5 is the median.

    Returns
    -------
    Estimates
        In the column's unit, good to a bin (half a per cent of the rows). Interval: the quantiles at the ends of
        Wilson's interval of q, which covers whatever the distribution is.

    Notes
    -----
    *Undefined when* no value is finite.

    References
    ----------
    H. A. David, H. N. Nagaraja (2003), Order Statistics, section 7.1, doi:10.1002/0471722162.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.moments import Moments
    >>> from vedette.testing.rows import observed
    >>> x = np.arange(1001.0)
    >>> bins = observed(Histogram(column="x", binning=Binning.fit(x)), x=x)
    >>> found = Quantile(column="x", q=0.9).compute({"bins": bins, "moments": observed(Moments(column="x"), x=x)})
    >>> bool(abs(found[0].value - 900) < 5)
    True
    """

    title: ClassVar[str] = "quantile"
    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    scope: ClassVar = "column"
    kinds: ClassVar[tuple[str, ...]] = ("number",)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1002/0471722162",)

    q: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.q < 1:
            raise ConfigError(
                f"q is {self.q}",
                "A quantile lies strictly between 0 and 1",
                "Pass q=0.5 for the median",
                code="metric.bad-parameter",
            )

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column, and its extremes."""
        name = str(self.column)
        return {"bins": layout.bins(name), "moments": layout.moments(name)}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the quantile of each cell."""
        n = current["bins"]["counts"][:, :-1].sum(axis=1).astype(float)
        low, high = wilson_interval(self.q * n, n, level)
        value, least, most = (_at(current, share) for share in (np.full(len(n), self.q), low, high))
        return Estimates.of(value, least, most, n=n)


def _at(states: States, share: FloatArray) -> FloatArray:
    """Return the value under which each cell has a share of its rows, shape (cells,)."""
    counts, corners = (
        states["bins"]["counts"][:, :-1].astype(float),
        _corners(states["bins"], states["moments"]),
    )
    total = counts.sum(axis=1)
    wanted = np.nan_to_num(share) * total
    after = np.cumsum(counts, axis=1)
    place = np.minimum((after < wanted[:, None]).sum(axis=1), counts.shape[1] - 1)
    rows = np.arange(len(counts))
    inside = counts[rows, place]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(inside > 0, (wanted - (after[rows, place] - inside)) / inside, 0.0)
        found = corners[rows, place] + part * (corners[rows, place + 1] - corners[rows, place])
    return np.where(total > 0, found, np.nan)


def _corners(bins: State, moments: State) -> FloatArray:
    """Return the edges of every cell's bins, the cell's own extremes outermost, shape (cells, bins + 1)."""
    assert isinstance(bins.spec, Histogram)
    edges = bins.spec.binning.edges
    low, high = moments["low"][:, None], moments["high"][:, None]
    inner = np.clip(np.broadcast_to(edges, (len(low), len(edges))), low, high)
    return np.concatenate((low, inner, high), axis=1)
