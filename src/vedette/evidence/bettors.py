"""What is bet on: a menu of ways a distribution moves, as tables of log bets a bin.

Every bettor is a row of a table with one number a bin; the evidence a window adds to it is the table times the
window's counts. So a thousand columns cost one matrix product.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.wilson import wilson_interval

Floats = npt.NDArray[np.float64]

#: Strengths of the exponential tilts, in standard deviations of the rank score.
TILTS = (0.25, 0.5, 1.0)
#: Stakes of the score bettors; below 1, so that no window can ruin one.
STAKES = (0.1, 0.25, 0.5, 0.9)
#: Standard errors of the reference's mean that a score bettor grants the null.
GRANTED = 3.3
#: The same as the level of a two-sided interval.
_GRANTED_LEVEL = 0.999


def tilts(reference: Floats, ordered: bool) -> Floats:
    """Return alternatives that shift or spread the reference along its order, shape (j, b).

    ``q_k = p_k exp(a z_k)`` with z the standardised rank, and the same with ``z² - E z²``; the last bin (missing)
    keeps its share. Without an order there are none.
    """
    if not ordered or len(reference) < 3:
        return np.zeros((0, len(reference)))
    z = _standardised(_ranks(reference), reference)
    square = _standardised(z**2, reference)
    scores = [sign * a * s for s in (z, square) for a in TILTS for sign in (1, -1)]
    raised = reference * np.exp(np.clip(scores, -20, 20))
    found: Floats = raised / raised.sum(-1, keepdims=True)
    return found


def floods(reference: Floats, sparse: npt.NDArray[np.intp], share: float = 0.05) -> Floats:
    """Return alternatives in which `share` of the rows moves into one bin that was all but empty, shape (j, b).

    A burst of missing values, an unseen category, a default value: shifts that no tilt resembles.
    """
    found: Floats = (1 - share) * reference + share * np.eye(len(reference))[sparse]
    return found


def sparse_bins(reference: Floats, below: float = 0.01) -> npt.NDArray[np.intp]:
    """Return the numbers of the bins that hold less than a share of the reference."""
    return np.flatnonzero(reference < below)


def score_bets(
    reference: Floats, n: float, ordered: bool, sparse: npt.NDArray[np.intp], tolerance: float
) -> Floats:
    """Return the table of bets on the mean of bounded scores, shape (j, b).

    For a score ``s`` in [0, 1] with reference mean m: up bets ``log(1 + l (s - m - h))``, down bets
    ``log(1 - l (s - m + h))``, where h grants the reference's own error and a tolerated change. ``E <= 1`` for every
    law whose mean is on the granted side, whatever its shape. The scores are the rank, the distance from the middle,
    and each sparse bin's indicator.

    References
    ----------
    I. Waudby-Smith, A. Ramdas (2024), Estimating means of bounded random variables by betting,
    doi:10.1093/jrsssb/qkad009.
    """
    ranks = _rank_scores(reference) if ordered and len(reference) >= 3 else []
    bounds = [_mean_bounds(score, reference, n, tolerance) for score in ranks]
    low, high = wilson_interval(reference[sparse] * n, np.full(len(sparse), max(n, 1.0)), _GRANTED_LEVEL)
    bounds += list(zip(low - tolerance / 10, high + tolerance / 10, strict=True))
    scores = [*ranks, *np.eye(len(reference))[sparse]]
    found: list[Floats] = []
    for score, (least, most) in zip(scores, bounds, strict=True):
        for stake in STAKES:
            found.append(np.log1p(stake * (score - np.minimum(most, 1.0))))
            found.append(np.log1p(-stake * (score - np.maximum(least, 0.0))))
    return np.array(found).reshape(-1, len(reference))


def _rank_scores(reference: Floats) -> list[Floats]:
    """Return scores in [0, 1] a bin: the rank, and the distance from the middle."""
    rank = _ranks(reference)
    return [rank, np.abs(2 * rank - 1)]


def _mean_bounds(score: Floats, reference: Floats, n: float, tolerance: float) -> tuple[float, float]:
    """Return the means that the reference's own error and the tolerance grant."""
    mean = float(score @ reference)
    spread = max(float(score**2 @ reference) - mean**2, 0.0) ** 0.5
    granted = GRANTED * spread / max(n, 1.0) ** 0.5 + tolerance
    return mean - granted, mean + granted


def _ranks(reference: Floats) -> Floats:
    """Return the mid-rank of each bin in [0, 1]; the last bin (missing) stands in the middle."""
    inside = reference[:-1] / reference[:-1].sum()
    rank = np.cumsum(inside) - inside / 2
    return np.append(rank, 0.5)


def _standardised(score: Floats, reference: Floats) -> Floats:
    centred = score - reference @ score
    spread = np.sqrt(reference @ centred**2)
    standard: Floats = centred / spread if spread > 0 else centred
    return standard
