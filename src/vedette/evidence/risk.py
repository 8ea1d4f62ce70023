"""Bets that a loss grew: the model's error against what the reference and a tolerance grant.

A risk is followed in counts of a bounded loss: two bins for a share (wrong and right, missed and found), a few bins
for a loss that takes more values (absolute error, squared error of a probability). The null is "the mean loss is at
most the reference's upper bound, or its mean and a tolerance"; only harm is bet on, so that an improvement never
alarms.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Rises of the mean loss that are bet on.
RISES = (0.01, 0.02, 0.05, 0.1, 0.2)
#: Largest part of the wealth that one row may cost.
_MOST = 0.95


class Risk(NamedTuple):
    """A loss as the reference showed it.

    Attributes
    ----------
    counts : ndarray of shape (phases, b)
        Reference rows by phase of the season and bin of the loss.
    loss : ndarray of shape (b,)
        Loss in [0, 1] of a row in each bin; ``(1, 0)`` for wrong and right. A loss that varies inside its bin takes
        one value there, for reference and current rows alike.
    dispersion : float
        How many rows count as one.
    tolerance : float
        Rise of the mean loss that is granted as too small to care about.
    weight : float
        Its share of the family's evidence, relative to the other streams.

    References
    ----------
    A. Podkopaev, A. Ramdas (2022), Tracking the risk of a deployed model and detecting harmful distribution shifts,
    arXiv:2110.06177. I. Waudby-Smith, A. Ramdas (2024), Estimating means of bounded random variables by betting,
    doi:10.1093/jrsssb/qkad009.

    Examples
    --------
    >>> risk = Risk(np.array([[100.0, 900.0]]), np.array([1.0, 0.0]))
    >>> bound = risk.bounds(0.001)[0]
    >>> table = np.exp(risk.bets(0.001)[0])
    >>> bool(np.allclose(bound * table[:, 0] + (1 - bound) * table[:, 1], 1))
    True
    """

    counts: Floats
    loss: Floats
    dispersion: float = 1.0
    tolerance: float = 0.01
    weight: float = 1.0

    def bounds(self, delta: float) -> Floats:
        """Return the largest mean loss that the null grants, shape (phases,).

        The reference's own upper bound, or its mean and the tolerance, whichever is larger: either holds what did not
        change at all, and a reference that is known well leaves room for nothing but the tolerance.
        """
        effective = self.counts / self.dispersion
        mean = effective @ self.loss / np.maximum(effective.sum(-1), 1e-12)
        granted = np.maximum(upper_mean(effective, self.loss, delta), mean + self.tolerance)
        found: Floats = np.minimum(granted, 1.0)
        return found

    def bets(self, delta: float) -> Floats:
        """Return the log bets of a row in each bin, shape (phases, j, b).

        ``log(1 + l (s - m0))`` with the stake ``l`` that suits a rise to ``m1``: for a loss of 0 or 1 it is the
        likelihood ratio of ``m1`` to ``m0``. Its mean is at most 1 for every law with mean loss at most ``m0``.
        """
        most = self.bounds(delta)[:, None, None]
        spread = np.maximum(_spread(self.counts, self.loss), most[:, 0, 0] * (1 - most[:, 0, 0]) * 1e-3)
        two = set(self.loss.tolist()) <= {0.0, 1.0}
        variance = most * (1 - most) if two else spread[:, None, None]
        stake = np.asarray(RISES)[None, :, None] / np.maximum(variance, 1e-9)
        stake = np.minimum(stake, _MOST / np.maximum(most, 1e-9))
        return np.asarray(np.log1p(stake * (self.loss - most)))


def upper_mean(counts: Floats, loss: Floats, delta: float) -> Floats:
    """Return an upper bound of the mean loss from counts of shape (..., b), not exceeded but with probability `delta`.

    Clopper and Pearson's for a loss of 0 or 1, Maurer and Pontil's empirical Bernstein bound otherwise; 1 without rows.

    References
    ----------
    C. J. Clopper, E. S. Pearson (1934), doi:10.1093/biomet/26.4.404. A. Maurer, M. Pontil (2009), Empirical Bernstein
    bounds and sample variance penalization, arXiv:0907.3740.

    Examples
    --------
    >>> float(upper_mean(np.array([10.0, 90.0]), np.array([1.0, 0.0]), 0.025).round(4))
    0.1762
    """
    from scipy.special import betaincinv

    n, lost = counts.sum(-1), counts @ loss
    if set(loss.tolist()) <= {0.0, 1.0}:
        kept = np.maximum(n - lost, 0.0)
        with np.errstate(invalid="ignore"):
            exact = betaincinv(lost + 1, np.maximum(kept, 1e-12), 1 - delta)
        return np.where(kept > 0, exact, 1.0)
    rows, logs = np.maximum(n, 2.0), np.log(2 / delta)
    bound = (
        lost / np.maximum(n, 1)
        + np.sqrt(2 * _spread(counts, loss) * logs / rows)
        + 7 * logs / (3 * (rows - 1))
    )
    return np.where(n > 1, np.minimum(bound, 1.0), 1.0)


def risk_dispersion(counts: Floats, loss: Floats, phase: npt.NDArray[np.int64]) -> float:
    """Return how many times as much the windows' mean losses vary as independent rows would, at least 1.

    ``sum n (m_w - m)^2 / (W - phases)`` over the variance of one row's loss; for a share it is Pearson's statistic
    over its degrees of freedom.

    Parameters
    ----------
    counts : ndarray of shape (windows, b)
    loss : ndarray of shape (b,)
    phase : ndarray of shape (windows,)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rate = rng.beta(5, 45, 200)  # windows that differ
    >>> wrong = rng.binomial(500, rate)
    >>> counts = np.stack([wrong, 500 - wrong], axis=1).astype(float)
    >>> bool(risk_dispersion(counts, np.array([1.0, 0.0]), np.zeros(200, int)) > 8)
    True
    """
    n, lost = counts.sum(1), counts @ loss
    phases = int(phase.max(initial=0)) + 1
    mean = np.bincount(phase, lost, phases) / np.maximum(np.bincount(phase, n, phases), 1e-12)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = np.nansum(n * (lost / n - mean[phase]) ** 2)
    freedom, within = np.count_nonzero(n) - phases, float(_spread(counts.sum(0), loss))
    return max(1.0, float(between / freedom / within)) if freedom > 0 and within > 0 else 1.0


def _spread(counts: Floats, loss: Floats) -> Floats:
    """Return the variance of one row's loss, shape (...)."""
    n = np.maximum(counts.sum(-1), 1e-12)
    mean = counts @ loss / n
    found: Floats = np.maximum(counts @ loss**2 / n - mean**2, 0.0)
    return found
