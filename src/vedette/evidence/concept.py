"""Bets that the same scores mean something else: the share of positives in each bin of the score left its band.

The null grants every bin its own band, and says nothing about how many rows fall into which bin. So the detector is
silent when only the rows change (covariate shift) and speaks when what they lead to does (concept shift, another
meaning of the label).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Shifts of the log odds that are bet on, up and down.
SHIFTS = (0.25, 0.5, 1.0, 2.0)
#: Closer to 0 or 1 no bound comes, so that a bet stays finite.
_EDGE = 1e-4


class Concept(NamedTuple):
    """Outcomes by score as the reference showed them.

    Attributes
    ----------
    counts : ndarray of shape (b, 2)
        Labelled reference rows by score bin, negative and positive, bins in order of the score.
    dispersion : float
        How many rows count as one.
    tolerance : float
        Change of a bin's share that is granted as too small to care about.
    weight : float
        Its share of the family's evidence, relative to the other streams.

    Notes
    -----
    A stream of it carries counts of shape (2 b,): negative and positive of the first bin, then of the second.

    References
    ----------
    S. Arnold, A. Henzi, J. F. Ziegel (2023), Sequentially valid tests for forecast calibration,
    doi:10.1214/22-AOAS1697.

    Examples
    --------
    >>> concept = Concept(np.array([[900.0, 100], [500, 500], [100, 900]]))
    >>> low, high = concept.bands(0.001)
    >>> bool((low < [0.1, 0.5, 0.9]).all() and (high > [0.1, 0.5, 0.9]).all())
    True
    """

    counts: Floats
    dispersion: float = 1.0
    tolerance: float = 0.01
    weight: float = 1.0

    def bands(self, delta: float) -> tuple[Floats, Floats]:
        """Return the shares of positives that the null grants each bin, low and high, shape (b,).

        Clopper and Pearson's limits at ``delta`` for all bins together, at least the tolerance wide on either side.
        """
        from scipy.special import betaincinv

        negative, positive = self.counts.T / self.dispersion
        each = delta / (2 * len(self.counts))
        low = np.where(positive > 0, betaincinv(np.maximum(positive, _EDGE), negative + 1, each), 0.0)
        high = np.where(negative > 0, betaincinv(positive + 1, np.maximum(negative, _EDGE), 1 - each), 1.0)
        share = positive / np.maximum(positive + negative, _EDGE)
        low = np.maximum(np.minimum(low, share - self.tolerance), 0.0)
        return low, np.minimum(np.maximum(high, share + self.tolerance), 1.0)

    def bets(self, delta: float) -> Floats:
        """Return the log bets of a row in each place, shape (1, j, 2 b).

        Up: the likelihood ratio of the upper limit moved by a shift of its log odds; down: the same from the lower.
        Each bets on the lower, middle or upper third of the bins, or on all.
        """
        low, high = self.bands(delta)
        made = [
            np.where(inside[:, None], _ratio(limit, sign * shift), 0.0).ravel()
            for limit, sign in ((high, 1.0), (low, -1.0))
            for shift in SHIFTS
            for inside in _groups(len(low))
        ]
        return np.stack(made)[None]


def concept_dispersion(counts: Floats) -> float:
    """Return how many times as much the windows' positives vary about their scores' share as chance says, at least 1.

    The larger of two: bin by bin (Pearson), and of all positives of a window together, which a day that is bad for
    every score moves most.

    Parameters
    ----------
    counts : ndarray of shape (windows, b, 2)
    """
    rows, positive = counts.sum(2), counts[:, :, 1]
    share = positive.sum(0) / np.maximum(rows.sum(0), 1.0)
    excess, chance = positive - rows * share, rows * share * (1 - share)
    usable = chance.sum(1) > 0
    freedom = int(usable.sum()) - 1
    if freedom < 1:
        return 1.0
    together = np.sum(excess[usable].sum(1) ** 2 / chance[usable].sum(1)) / freedom
    filled = chance > 0.5
    each = np.sum(excess[filled] ** 2 / chance[filled]) / max(int(filled.sum()) - filled.shape[1], 1)
    return max(1.0, float(together), float(each))


def _ratio(limit: Floats, shift: float) -> Floats:
    """Return the log likelihood ratio of a negative and a positive row, shape (b, 2); 0 where the limit is no bar."""
    from scipy.special import expit, logit

    inside = np.clip(limit, _EDGE, 1 - _EDGE)
    # A limit moved inwards by the clipping is no longer one; a bet against 0 or 1 could not be won anyway.
    barred = limit < 1 - _EDGE if shift > 0 else limit > _EDGE
    moved = expit(logit(inside) + shift)
    ratio = np.stack((np.log1p(-moved) - np.log1p(-inside), np.log(moved) - np.log(inside)), axis=1)
    return np.where(barred[:, None], ratio, 0.0)


def _groups(bins: int) -> list[npt.NDArray[np.bool_]]:
    """Return the bins of each third, then all."""
    third = np.arange(bins) * 3 // max(bins, 1)
    thirds = [third == t for t in range(3)] if bins >= 3 else []
    return [*thirds, np.ones(bins, bool)]
