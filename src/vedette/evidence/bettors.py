"""What is bet on: a menu of ways a distribution moves, as tables of log bets a bin.

Every bettor is a row of a table with one number a bin; the evidence a window adds to it is the table times the
window's counts. So a thousand columns cost one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from vedette.inference.wilson import wilson_interval

Floats = npt.NDArray[np.float64]
#: Limits of several means at a level.
Interval = Callable[[float], tuple[Floats, Floats]]

#: Strengths of the exponential tilts, in standard deviations of the rank score.
TILTS = (0.25, 0.5, 1.0)
#: Stakes of the score bettors; below 1, so that no window can ruin one.
STAKES = (0.1, 0.25, 0.5, 0.9)
#: Stakes on a bin that is rare becoming common, of which one row is worth more than its share loses.
HIGH_STAKES = (3.0, 10.0)
#: Most that a stake may lose in a row without its bin.
_RISKED = 0.5
#: Commonest categories that are bet on one by one; a move between two of many looks like noise to the whole law.
COMMON = 6
#: Share of the reference below which a bin is rare.
RARE = 0.01
#: Level of the interval of a reference's mean that is granted where nothing moved, and of the one that is granted
#: beside a move of the tolerance. Either alone would be too much of a small reference, or too little of a large one.
STILL_LEVEL, MOVED_LEVEL = 0.9995, 0.99


def tilts(reference: Floats, ordered: bool) -> Floats:
    """Return alternatives that shift or spread the reference along its order, shape (j, b).

    ``q_k = p_k exp(a z_k)`` with z the standardised rank, and the same with ``z² - E z²``; the last bin, which has no
    place in the order (outside the reference's range), keeps its share. Without an order there are none.
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


def sparse_bins(reference: Floats, below: float = RARE) -> npt.NDArray[np.intp]:
    """Return the numbers of the bins that hold less than a share of the reference."""
    return np.flatnonzero(reference < below)


def score_bets(
    reference: Floats, n: float, ordered: bool, sparse: npt.NDArray[np.intp], tolerance: float
) -> Floats:
    """Return the table of bets on the mean of bounded scores, shape (j, b).

    For a score ``s`` in [0, 1] with reference mean m: up bets ``log(1 + l (s - m - h))``, down bets
    ``log(1 - l (s - m + h))``, where h grants the reference's own error and a tolerated change. ``E <= 1`` for every
    law whose mean is on the granted side, whatever its shape. The scores are, along an order, the rank and the
    distance from the middle, without one the indicators of the commonest bins; and each sparse bin's indicator, on
    whose rise more is staked.

    References
    ----------
    I. Waudby-Smith, A. Ramdas (2024), Estimating means of bounded random variables by betting,
    doi:10.1093/jrsssb/qkad009.
    """
    each = np.eye(len(reference))
    ranks = _rank_scores(reference) if ordered and len(reference) >= 3 else each[:0]
    common = np.empty(0, np.intp) if ordered else _common(reference, sparse)
    scores = [*ranks, *each[common]]
    bounds = _granted(partial(_mean_interval, ranks, reference, n), tolerance)
    bounds += _granted(partial(_share_interval, reference[common], n), tolerance)
    rare = _granted(partial(_rare_interval, reference[sparse], n), tolerance / 10)
    found: list[Floats] = []
    for score, (least, most) in zip([*scores, *each[sparse]], [*bounds, *rare], strict=True):
        for stake in STAKES:
            found.append(np.log1p(stake * (score - np.minimum(most, 1.0))))
            found.append(np.log1p(-stake * (score - np.maximum(least, 0.0))))
    for score, (_, most) in zip(each[sparse], rare, strict=True):
        found += [np.log1p(stake * (score - most)) for stake in HIGH_STAKES if stake * most < _RISKED]
    return np.array(found).reshape(-1, len(reference))


def _common(reference: Floats, sparse: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the numbers of the commonest bins; of two, whose shares tell the same, the rarer."""
    fullest = np.argsort(-reference, kind="stable")[: COMMON if len(reference) > 2 else None]
    chosen = fullest if len(reference) > 2 else fullest[1:]
    return np.setdiff1d(chosen, sparse)


def _rank_scores(reference: Floats) -> Floats:
    """Return scores in [0, 1] a bin, one a row: the rank, and the distance from the middle."""
    rank = _ranks(reference)
    return np.stack((rank, np.abs(2 * rank - 1)))


def _granted(interval: Interval, tolerance: float) -> list[tuple[float, float]]:
    """Return the means that the reference's own error and the tolerance grant, by score."""
    (low, high), (near_low, near_high) = interval(STILL_LEVEL), interval(MOVED_LEVEL)
    least, most = np.minimum(low, near_low - tolerance), np.maximum(high, near_high + tolerance)
    return list(zip(least.tolist(), most.tolist(), strict=True))


def _mean_interval(scores: Floats, reference: Floats, n: float, level: float) -> tuple[Floats, Floats]:
    """Return the interval of each score's mean; scores of shape (k, b)."""
    from scipy.special import ndtri

    mean = scores @ reference
    error = np.sqrt(np.maximum(scores**2 @ reference - mean**2, 0.0) / max(n, 1.0))
    half = ndtri((1 + level) / 2) * error
    return mean - half, mean + half


def _share_interval(shares: Floats, n: float, level: float) -> tuple[Floats, Floats]:
    """Return the intervals of the shares of common bins."""
    return wilson_interval(shares * n, np.full(len(shares), max(n, 1.0)), level)


def _rare_interval(shares: Floats, n: float, level: float) -> tuple[Floats, Floats]:
    """Return the intervals of the shares of rare bins: the exact limits of a Poisson count.

    The half row that smoothing gave is taken back: at .99 an empty bin may hold 5.3 of `n` rows, where Wilson's
    interval of the raised count would grant 7.6.

    References
    ----------
    F. Garwood (1936), Fiducial limits for the Poisson distribution, doi:10.1093/biomet/28.3-4.437.
    """
    from scipy.special import chdtri

    rows, beyond = np.maximum(shares * n - 0.5, 0.0), (1 - level) / 2
    low = np.where(rows > 0, chdtri(np.maximum(2 * rows, 1e-9), 1 - beyond), 0.0)
    return low / 2 / max(n, 1.0), chdtri(2 * (rows + 1), beyond) / 2 / max(n, 1.0)


def _ranks(reference: Floats) -> Floats:
    """Return the mid-rank of each bin in [0, 1]; the last bin, without a place in the order, stands in the middle."""
    inside = reference[:-1] / reference[:-1].sum()
    rank = np.cumsum(inside) - inside / 2
    return np.append(rank, 0.5)


def _standardised(score: Floats, reference: Floats) -> Floats:
    centred = score - reference @ score
    spread = np.sqrt(reference @ centred**2)
    standard: Floats = centred / spread if spread > 0 else centred
    return standard
