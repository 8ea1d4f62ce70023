"""An e-CUSUM over many streams with one false-alarm promise for all of them.

Each stream is a column (or a segment's column) whose bin counts arrive window by window. Every bettor keeps
``M <- max(M, 1) L``; bettors are averaged within a stream and streams within the family. An average of e-detectors
is an e-detector, under any dependence: alarming when it reaches ``1 / alpha`` keeps the expected number of windows
to a false alarm at or above ``1 / alpha``, for the whole family together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.evidence.ball import project, reference_radius, smoothed
from vedette.evidence.bettors import floods, score_bets, sparse_bins, tilts

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
    """

    counts: Floats
    ordered: bool = True
    dispersion: float = 1.0
    granted: float = 0.0


class Evidence(NamedTuple):
    """What one window left: log evidence of each stream and of the family, and where each stream's change began."""

    streams: Floats
    family: float
    onset: npt.NDArray[np.int64]


class Detector:
    """Evidence against "nothing moved", window by window.

    Parameters
    ----------
    streams : sequence of Stream
    tolerance : float
        Population stability index that is granted as too small to care about.
    delta : float

    Attributes
    ----------
    windows : int
        Windows seen.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> detector = Detector([Stream(rng.multinomial(10_000, np.full((1, 10), 0.1)).astype(float))])
    >>> shifted = np.linspace(0.05, 0.15, 10)
    >>> for _ in range(5):
    ...     evidence = detector.step(rng.multinomial(500, shifted)[None].astype(float))
    >>> bool(evidence.family > np.log(1000)), int(evidence.onset[0])
    (True, 0)
    """

    def __init__(
        self, streams: Sequence[Stream], *, tolerance: float = TOLERANCE, delta: float = DELTA
    ) -> None:
        self.streams = list(streams)
        self.windows = 0
        each = delta / sum(len(s.counts) for s in self.streams)
        made = [_bets(s, tolerance, each) for s in self.streams]
        bettors = max(table.shape[1] for table, _ in made)
        size = max(table.shape[2] for table, _ in made)
        phases = max(len(table) for table, _ in made)
        self._fixed = np.zeros((len(made), phases, bettors, size))
        self._betting = np.zeros((len(made), phases, bettors + len(DECAYS)), bool)
        self._shares = np.zeros((len(made), phases, size))
        self._radius = np.zeros((len(made), phases))
        for i, (stream, (table, betting)) in enumerate(zip(self.streams, made, strict=True)):
            # A stream without season has one phase, whatever the others have.
            of = [p % len(table) for p in range(phases)]
            self._fixed[i, :, : table.shape[1], : table.shape[2]] = table[of]
            self._betting[i, :, : table.shape[1]] = betting[of]
            self._shares[i, :, : table.shape[2]] = _shares(stream)[of]
            self._radius[i] = [_radius(stream, p, tolerance, each) for p in of]
        self._betting[:, :, bettors:] = True
        self._dispersion = np.array([s.dispersion for s in self.streams])
        present = self._betting.any(1)
        self._weight = -np.log(present.sum(1))
        self.log_m = np.full(present.shape, -np.inf)
        self.onset = np.zeros(present.shape, np.int64)
        self.memory = np.zeros((len(made), len(DECAYS), size))

    def step(self, counts: Floats, phases: npt.NDArray[np.int64] | None = None) -> Evidence:
        """Take the counts of a closed window, shape (streams, bins), and return the evidence so far.

        Bins beyond a stream's own are zero; `phases` is each stream's phase of the season in this window, shape
        (streams,). A window without rows changes nothing.
        """
        phase = np.zeros(len(counts), np.int64) if phases is None else phases
        gain, bets = self._gains(counts / self._dispersion[:, None], phase)
        self.onset = np.where(bets & ~(self.log_m > 0), self.windows, self.onset)
        self.log_m = np.where(bets, np.maximum(self.log_m, 0.0) + gain, self.log_m)
        self.memory = self.memory * np.asarray(DECAYS)[:, None] + counts[:, None, :]
        self.windows += 1
        return self.evidence()

    def evidence(self) -> Evidence:
        """Return the evidence so far."""
        streams = _log_sum(self.log_m, axis=1) + self._weight
        family = float(_log_sum(streams[None], axis=1)[0] - np.log(len(streams)))
        leading = np.argmax(self.log_m, axis=1)
        return Evidence(streams, family, np.take_along_axis(self.onset, leading[:, None], 1)[:, 0])

    def reset(self, streams: Sequence[int] | npt.NDArray[np.intp]) -> None:
        """Forget the evidence of some streams, after their alarm."""
        self.log_m[np.asarray(streams)] = -np.inf
        self.memory[np.asarray(streams)] = 0.0

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that resume the detector exactly."""
        return {
            "log_m": self.log_m,
            "onset": self.onset,
            "memory": self.memory,
            "windows": np.array(self.windows),
        }

    def resume(self, state: dict[str, npt.NDArray[np.generic]]) -> None:
        """Take up a state returned by `state` of a detector with the same streams."""
        self.log_m, self.onset = np.array(state["log_m"], float), np.array(state["onset"], np.int64)
        self.memory, self.windows = np.array(state["memory"], float), int(state["windows"])

    def _gains(self, counts: Floats, phase: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return what each bettor gains in this window, and which of them bet."""
        each = np.arange(len(counts))
        shares = self._shares[each, phase]
        absent = shares == 0
        fixed = np.matmul(self._fixed[each, phase], counts[:, :, None])[..., 0]
        learnt = (self.memory + PRIOR * shares[:, None]) / (self.memory.sum(-1, keepdims=True) + PRIOR)
        table, weight = project(
            np.where(absent, _NOTHING, shares),
            np.where(absent[:, None], _NOTHING, learnt),
            self._radius[each, phase],
        )
        adaptive = np.matmul(np.where(absent[:, None], 0.0, table), counts[:, :, None])[..., 0]
        betting = self._betting[each, phase]
        betting[:, fixed.shape[1] :] = weight < 1.0
        betting &= (counts.sum(1) > 0)[:, None]
        return np.concatenate((fixed, adaptive), axis=1), betting


#: Share of a bin that a stream does not have: it adds nothing to any sum.
_NOTHING = 1e-300


def _bets(stream: Stream, tolerance: float, delta: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the bets of a stream that never change, shape (phases, j, b), and whether each bets at all."""
    sparse = sparse_bins(smoothed(stream.counts.sum(0)))
    tables, betting = [], []
    for phase, shares in enumerate(_shares(stream)):
        rows = float(stream.counts[phase].sum()) / stream.dispersion
        guesses = np.concatenate((tilts(shares, stream.ordered), floods(shares, sparse)))
        ratios, weight = project(shares, guesses, _radius(stream, phase, tolerance, delta))
        means = score_bets(shares, rows, stream.ordered, sparse, tolerance / 2)
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


def _log_sum(values: Floats, axis: int) -> Floats:
    top = np.max(values, axis=axis, keepdims=True)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(values - safe).sum(axis)) + np.squeeze(safe, axis)
    return total
