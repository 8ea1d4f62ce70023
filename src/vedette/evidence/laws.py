"""Streams that follow the whole law of a column, and what is bet on them.

Fixed bettors know the shapes that drift takes; learning bettors follow the last windows; where the reference is so
small that its ball holds nearly everything, the exact martingale stands for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.evidence.ball import project, reference_radius, smoothed
from vedette.evidence.bettors import floods, score_bets, sparse_bins, tilts
from vedette.evidence.exchangeable import WIDEST, log_gain, prior_of

Floats = npt.NDArray[np.float64]

#: Drift too small to care about, as a population stability index; the ball's radius grants half of it.
TOLERANCE = 0.005
#: Probability, over the whole family, that a reference is so odd that the promise does not hold.
DELTA = 0.01
#: Memories of the bettors that learn, by window.
DECAYS = (0.5, 0.8, 0.95)
#: Rows of the reference that a learning bettor starts from.
PRIOR = 50.0
#: Share of its own rows by which a phase borrows from the whole reference.
SHRINK = 0.05


class Stream(NamedTuple):
    """One stream's reference.

    Attributes
    ----------
    counts : ndarray of shape (phases, b)
        Reference counts by phase of the season (one phase where there is none), the last bin for missing.
    ordered : bool
        Whether the bins have an order (numbers) or not (categories).
    dispersion : float
        How many rows count as one: 1 where rows are independent.
    granted : float
        Divergence granted beside the tolerance, where the reference is too short to know its season.
    weight : float
        Its share of the family's evidence, relative to the other streams.
    """

    counts: Floats
    ordered: bool = True
    dispersion: float = 1.0
    granted: float = 0.0
    weight: float = 1.0


#: Share of a bin that a stream does not have: it adds nothing to any sum.
_NOTHING = 1e-300


class Laws:
    """Bettors of the streams that follow a whole law: fixed ones, those that learn, and the exact martingale.

    The exact martingale stands for the others where the reference is so small that its ball holds nearly everything.
    """

    def __init__(
        self, rows: npt.NDArray[np.intp], streams: Sequence[Stream], tolerance: float, delta: float
    ) -> None:
        self.rows = rows
        made = [_bets(s, tolerance, delta) for s in streams]
        bettors = max(table.shape[1] for table, _ in made)
        size = max(table.shape[2] for table, _ in made)
        phases = max(len(table) for table, _ in made)
        self._fixed = np.zeros((len(made), phases, bettors, size))
        self._betting = np.zeros((len(made), phases, bettors + 2 * len(DECAYS)), bool)
        self._shares = np.zeros((len(made), phases, size))
        self._radius = np.zeros((len(made), phases))
        self._prior = np.zeros((len(made), size))
        for i, (stream, (table, betting)) in enumerate(zip(streams, made, strict=True)):
            # A stream without season has one phase, whatever the others have.
            of = [p % len(table) for p in range(phases)]
            self._fixed[i, :, : table.shape[1], : table.shape[2]] = table[of]
            self._betting[i, :, : table.shape[1]] = betting[of]
            self._shares[i, :, : table.shape[2]] = _shares(stream)[of]
            self._radius[i] = [_radius(stream, p, tolerance, delta) for p in of]
            self._prior[i, : table.shape[2]] = prior_of(stream.counts.sum(0) / stream.dispersion)
        single = np.array([len(s.counts) == 1 and s.granted == 0 for s in streams])
        self._small = single & (self._radius[:, 0] > WIDEST)
        self._betting[:, :, bettors : -len(DECAYS)] = ~self._small[:, None, None]
        self._betting[:, :, -len(DECAYS) :] = self._small[:, None, None]
        self.present = self._betting.any(1)
        self._dispersion = np.array([s.dispersion for s in streams])
        self.memory = np.zeros((len(made), len(DECAYS), size))
        self.past = np.zeros((len(made), size))

    def gains(self, counts: Floats, phase: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return what each bettor gains, and which of them bet."""
        each, size = np.arange(len(self.rows)), self._shares.shape[2]
        mine, now = counts[self.rows, :size], phase[self.rows] % self._shares.shape[1]
        shares = self._shares[each, now]
        absent = shares == 0
        fixed = np.matmul(self._fixed[each, now], mine[:, :, None])[..., 0]
        learnt = (self.memory + PRIOR * shares[:, None]) / (self.memory.sum(-1, keepdims=True) + PRIOR)
        table, weight = project(
            np.where(absent, _NOTHING, shares),
            np.where(absent[:, None], _NOTHING, learnt),
            self._radius[each, now],
        )
        adaptive = np.matmul(np.where(absent[:, None], 0.0, table), mine[:, :, None])[..., 0]
        betting = self._betting[each, now]
        betting[:, fixed.shape[1] : -len(DECAYS)] &= weight < 1.0
        return np.concatenate((fixed, adaptive, self._exact(mine)), axis=1), betting

    def remember(self, counts: Floats) -> None:
        """Add a window's counts to what the learning bettors know; a stream without rows stays as it is."""
        mine = counts[self.rows, : self._shares.shape[2]]
        seen = (mine.sum(1) > 0)[:, None, None]
        grown = self.memory * np.asarray(DECAYS)[:, None] + mine[:, None, :]
        self.memory = np.where(seen, grown, self.memory)
        self.past = self.past + np.where(self._small[:, None], mine / self._dispersion[:, None], 0.0)

    def forget(self, streams: npt.NDArray[np.intp]) -> None:
        """Forget what is known of some streams, by their numbers among all."""
        mine = np.isin(self.rows, streams)
        self.memory[mine], self.past[mine] = 0.0, 0.0

    def _exact(self, counts: Floats) -> Floats:
        """Return what the exact martingales gain, one for each memory; 0 where they do not bet."""
        found, few = np.zeros((len(counts), len(DECAYS))), np.flatnonzero(self._small)
        if len(few):
            recent = self.memory[few] / self._dispersion[few, None, None]
            now, prior, past = counts[few, None], self._prior[few, None], self.past[few, None]
            found[few] = log_gain(now, prior, past, recent)
        return found


def _bets(stream: Stream, tolerance: float, delta: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the bets of a stream that never change, shape (phases, j, b), and whether each bets at all."""
    sparse = sparse_bins(smoothed(stream.counts.sum(0)))
    tables, betting = [], []
    for phase, shares in enumerate(_shares(stream)):
        rows = float(stream.counts[phase].sum()) / stream.dispersion
        guesses = np.concatenate((tilts(shares, stream.ordered), floods(shares, sparse)))
        ratios, weight = project(shares, guesses, _radius(stream, phase, tolerance, delta))
        # Not the shares drawn to the whole: a window of Fridays is all Fridays, and a mean is granted no more than
        # its own rows say.
        own = smoothed(stream.counts[phase] / stream.dispersion)
        means = score_bets(own, rows, stream.ordered, sparse, tolerance / 2)
        tables.append(np.concatenate((ratios, means)))
        betting.append(np.concatenate((weight < 1.0, np.ones(len(means), bool))))
    return np.stack(tables), np.stack(betting)


def _shares(stream: Stream) -> Floats:
    """Return reference shares by phase, each drawn a little to the whole."""
    effective = stream.counts / stream.dispersion
    whole = smoothed(effective.sum(0))
    lent = SHRINK * effective.sum(1, keepdims=True)
    mixed: Floats = smoothed(effective + lent * whole) if len(effective) > 1 else smoothed(effective)
    return mixed


def _radius(stream: Stream, phase: int, tolerance: float, delta: float) -> float:
    rows = float(stream.counts[phase].sum()) / stream.dispersion
    return float(reference_radius(rows, stream.counts.shape[1], delta)) + tolerance / 2 + stream.granted
