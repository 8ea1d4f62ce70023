"""Distribution functions of both sides at the edges of the fine bins, and the moments of their noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.shifted_chi2 import ShiftedChi2, three_moment_law
from vedette.summaries.base import State
from vedette.summaries.histogram import Histogram

Floats = npt.NDArray[np.float64]

#: Edges at which products of all pairs are taken: 64 give the moments of a sum over 200 edges to 1 %.
_PAIRED = 64


class Cumulative(NamedTuple):
    """Rows below each edge on both sides; rows without a number are left out.

    Attributes
    ----------
    current, reference : ndarray of shape (g, edges)
    n, m : ndarray of shape (g,)
        Rows with a number.
    mass : ndarray of shape (g, edges)
        Share of the reference in the bin to the left of each edge.
    """

    current: Floats
    reference: Floats
    n: Floats
    m: Floats
    mass: Floats

    def shares(self) -> tuple[Floats, Floats]:
        """Return both distribution functions at the edges, nan where a side has no rows."""
        with np.errstate(all="ignore"):
            return self.current / self.n[:, None], self.reference / self.m[:, None]

    def difference(self) -> Floats:
        """Return the difference of the distribution functions, shape (g, edges)."""
        f, g = self.shares()
        return np.asarray(f - g)

    def deviations(self) -> Floats:
        """Return the standard deviation of the difference at each edge, shape (g, edges)."""
        f, g = self.shares()
        with np.errstate(all="ignore"):
            variance = f * (1 - f) / self.n[:, None] + g * (1 - g) / self.m[:, None]
        return np.sqrt(np.maximum(variance, 0))

    @property
    def noise(self) -> Floats:
        """``1/n + 1/m``, shape (g,); infinite where a side has no rows."""
        with np.errstate(all="ignore"):
            return np.asarray(1 / self.n + 1 / self.m)


def cumulative(current: State, reference: State) -> Cumulative:
    """Return the distribution functions behind the fine bins of a number column."""
    assert isinstance(current.spec, Histogram)
    now, then = np.broadcast_arrays(
        *(state["counts"][:, :-1].astype(np.float64) for state in (current, reference))
    )
    n, m = now.sum(axis=1), then.sum(axis=1)
    with np.errstate(all="ignore"):
        mass = then / m[:, None]
    return Cumulative(now.cumsum(axis=1)[:, :-1], then.cumsum(axis=1)[:, :-1], n, m, mass[:, :-1])


def squares_law(share: Floats, weight: Floats) -> ShiftedChi2:
    """Return the law of ``Σ w B²`` with B the Brownian bridge at the shares, both of shape (g, edges)."""
    mean = (weight * share * (1 - share)).sum(axis=1)
    at, w = thinned(share, weight)
    kernel = w[:, :, None] * bridge(at)
    square = kernel @ kernel
    variance = 2 * np.trace(square, axis1=1, axis2=2)
    third = 8 * (square * kernel.transpose(0, 2, 1)).sum(axis=(1, 2))
    return three_moment_law(mean, variance, third)


def absolutes_law(share: Floats, weight: Floats) -> ShiftedChi2:
    """Return the law of ``(Σ w |B|)²`` with B the Brownian bridge at the shares, both of shape (g, edges).

    It is ``c + b χ²₁``: b the variance of ``Σ w B``, that of a difference of means, which rules the tail; c what is
    left of the mean square.
    """
    deviation = np.sqrt(share * (1 - share))
    at, scale = thinned(share, weight * deviation)
    sigma = np.sqrt(at * (1 - at))
    correlation = np.clip(bridge(at) / (sigma[:, :, None] * sigma[:, None, :]), 0, 1)
    correlation = np.where(np.isfinite(correlation), correlation, 0)
    folded = 2 / np.pi * (np.sqrt(1 - correlation**2) + correlation * np.arcsin(correlation))
    left = np.einsum("gi,gij,gj->g", scale, folded - correlation, scale)
    below = np.cumsum(weight * share, axis=1)
    variance = (weight * (1 - share) * (2 * below - weight * share)).sum(axis=1)
    variance = np.where(variance > 0, variance, np.nan)
    return ShiftedChi2(np.maximum(left, 0), variance, np.ones(len(variance)))


def bridge(share: Floats) -> Floats:
    """Return the covariance of the Brownian bridge at some shares, shape (g, edges, edges)."""
    row, column = share[:, :, None], share[:, None, :]
    return np.asarray(np.minimum(row, column) * (1 - np.maximum(row, column)))


def thinned(share: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return at most `_PAIRED` shares with the weights of their neighbours added."""
    edges = share.shape[1]
    if edges <= _PAIRED:
        return share, weight
    starts = np.linspace(0, edges, _PAIRED, endpoint=False).astype(np.intp)
    total = np.add.reduceat(weight, starts, axis=1)
    with np.errstate(all="ignore"):
        at = np.add.reduceat(weight * share, starts, axis=1) / total
    return np.where(total > 0, at, share[:, starts]), total
