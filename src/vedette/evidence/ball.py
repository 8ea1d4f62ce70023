"""The null hypothesis "the law is within a small distance of an uncertain reference", and bets against it.

A finite reference is not the truth: comparing a stream with its counts as if they were exact raises an alarm sooner
or later on every stream. The null here is the ball ``{p : KL(p_ref || p) <= r}``, wide enough to hold the reference's
own sampling error and a drift too small to care about; a bet against it is paid by its reverse information projection.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: Newton steps to the edge of the ball; the hardest of thousands of random laws needed as many for seven digits.
_STEPS = 8
#: A weight of 1 would put all on the alternative, whose empty bins have no logarithm.
_NEARLY_ONE = 1 - 1e-12


def smoothed(counts: npt.ArrayLike) -> Floats:
    """Return shares of counts of shape (..., b) with half a row added to each bin."""
    raised = np.asarray(counts, float) + 0.5
    shares: Floats = raised / raised.sum(-1, keepdims=True)
    return shares


def reference_radius(n: npt.ArrayLike, bins: npt.ArrayLike, delta: float) -> Floats:
    """Return the radius that holds the truth around a reference of `n` rows with probability ``1 - delta``.

    ``chi2_{b-1, 1-delta} / (2 n)``, the asymptotic law of the divergence.

    Parameters
    ----------
    n : array_like
        Rows of the reference (effective ones, where rows are dependent).
    bins : array_like
        Number of bins.
    delta : float
        Probability that the promise does not hold for this reference.

    References
    ----------
    S. S. Wilks (1938), doi:10.1214/aoms/1177732360.

    Examples
    --------
    >>> float(reference_radius(10_000, 10, 0.001).round(5))
    0.00139
    """
    from scipy.special import chdtri

    freedom = np.maximum(np.asarray(bins, float) - 1, 1)
    radius: Floats = chdtri(freedom, delta) / (2 * np.maximum(np.asarray(n, float), 1))
    return radius


def project(reference: Floats, alternative: Floats, radius: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return the log likelihood ratios of bets on `alternative`, and how far each lies inside the ball.

    The member of the ball that explains the alternative best is ``p* = (1 - w) p_ref + w q`` with ``w`` solving
    ``KL(p_ref || p*) = r``; then ``E_p[q / p*] <= 1`` for every ``p`` in the ball, so that the product of
    ``q / p*`` over rows is an e-process.

    Parameters
    ----------
    reference : ndarray of shape (..., b)
        Reference shares, all positive.
    alternative : ndarray of shape (..., j, b)
        Shares that are bet on.
    radius : array_like of shape (...)

    Returns
    -------
    log_ratio : ndarray of shape (..., j, b)
        What one row in each bin adds to the log evidence.
    weight : ndarray of shape (..., j)
        ``w``; 1 where the alternative lies inside the ball and there is nothing to bet.

    References
    ----------
    M. Larsson, A. Ramdas, J. Ruf (2025), The numeraire e-variable and reverse information projection,
    doi:10.1214/24-AOS2487.

    Examples
    --------
    >>> p, q = np.array([0.5, 0.5]), np.array([[0.7, 0.3]])
    >>> log_ratio, w = project(p, q, 0.0)
    >>> bool(np.allclose(np.exp(log_ratio) @ p, 1.0)), w.round(6).tolist()
    (True, [0.0])
    """
    p = np.broadcast_to(reference[..., None, :], alternative.shape)
    r = np.broadcast_to(np.asarray(radius, float)[..., None], alternative.shape[:-1])
    # While nothing happens most alternatives lie inside: only the others are worked on.
    out = _divergence(p, alternative) > r
    near, far = p[out], alternative[out]
    weight, log_ratio = np.ones(out.shape), np.zeros(alternative.shape)
    weight[out] = found = _edge(near, far - near, r[out])
    log_ratio[out] = np.log(far) - np.log(near + found[:, None] * (far - near))
    return log_ratio, weight


def _edge(p: Floats, gap: Floats, r: Floats) -> Floats:
    """Return by row how far along `gap` the divergence from `p` is `r`."""
    # The divergence is a convex parabola near the reference: its root is nearly linear in the weight.
    with np.errstate(divide="ignore", invalid="ignore"):
        weight: Floats = np.minimum(np.sqrt(2 * r / np.sum(gap**2 / p, axis=-1)), _NEARLY_ONE)
        for step in range(_STEPS):
            mixed = p + weight[:, None] * gap
            far, slope = np.maximum(_divergence(p, mixed), 0.0), -np.sum(p * gap / mixed, axis=-1)
            # A plain step last: by convexity it ends outside the ball of radius r or on it, never on the
            # side where the bet would pay more than is fair.
            excess = far - r if step == _STEPS - 1 else 2 * (far - np.sqrt(far * r))
            moved: Floats = weight - np.where(slope > 0, excess / slope, 0.0)
            weight = np.clip(moved, 0.0, _NEARLY_ONE)
    return weight


def _divergence(p: Floats, q: Floats) -> Floats:
    total: Floats = np.sum(p * np.log(p / q), axis=-1)
    return total
