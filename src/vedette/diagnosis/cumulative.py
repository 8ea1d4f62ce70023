"""Cumulative shares behind a histogram, and whether one distribution is another one stretched and moved."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.summaries.base import State
from vedette.summaries.histogram import Histogram

Floats = npt.NDArray[np.float64]


class Cumulative(msgspec.Struct, frozen=True):
    """Share of finite rows below each edge.

    Attributes
    ----------
    edges, below : ndarray of shape (k,)
    n : float
        Rows that are not missing.
    """

    edges: Floats
    below: Floats
    n: float

    @classmethod
    def of(cls, state: State) -> Cumulative | None:
        """Return the cumulative shares of a histogram of one cell, None where there is nothing to cumulate."""
        assert isinstance(state.spec, Histogram)
        counts, edges = np.asarray(state["counts"][0, :-1], float), state.spec.binning.edges
        n = float(counts.sum())
        return cls(edges, np.cumsum(counts)[:-1] / n, n) if n > 0 and len(edges) else None

    def quantiles(self, shares: Floats) -> Floats:
        """Return the quantiles, nan where they lie outside the outermost edges."""
        filled = np.concatenate(([True], np.diff(self.below) > 0))
        found = np.interp(shares, self.below[filled], self.edges[filled])
        outside = (shares < self.below[0]) | (shares > self.below[-1])
        return np.where(outside, np.nan, found)


def gap(now: Cumulative, then: Cumulative, slope: float = 1.0, offset: float = 0.0) -> float:
    """Largest distance between the law of `now` and that of ``slope * then + offset``.

    A share of `then` is known at its edges only; between two edges anything within them is granted, so the gap is
    never too large, and it sees little where one side's edges all fall between two of the other's.

    Examples
    --------
    >>> edges = np.linspace(0, 1, 11)
    >>> one = Cumulative(edges, edges, 100.0)
    >>> gap(one, one), round(gap(one, one, slope=2.0), 2)
    (0.0, 0.5)
    """
    asked = (now.edges - offset) / slope
    padded = np.concatenate(([0.0], then.below, [1.0]))
    # An edge of our own answers exactly; rounding must not push it into the next bin.
    near = 1e-9 * np.maximum(np.abs(asked), np.ptp(then.edges) + 1e-300)
    low = padded[np.searchsorted(then.edges, asked + near, side="right")]
    upper = np.searchsorted(then.edges, asked - near, side="left") + 1
    inside = upper <= len(then.edges)
    high = np.where(inside, padded[np.minimum(upper, len(then.edges))], 1.0)
    if slope < 0:
        low, high = 1 - high, 1 - low
    return float(np.max(np.maximum(np.maximum(low - now.below, now.below - high), 0.0), initial=0.0))


def chance_gap(now: Cumulative, then: Cumulative, alpha: float = 1e-4) -> float:
    """Gap that chance alone exceeds with probability `alpha` (Kolmogorov's law)."""
    return float(np.sqrt(-np.log(alpha / 2) / 2 * (1 / now.n + 1 / then.n)))
