"""An e-CUSUM over many streams with one false-alarm promise for all of them.

Each stream is a column, a loss of the model or what its scores mean, whose bin counts arrive window by window. Every
bettor keeps ``M <- max(M, 1) L``; bettors are averaged within a stream and streams within the family, by weight. An
average of e-detectors is an e-detector, under any dependence: alarming when it reaches ``1 / alpha`` keeps the
expected number of windows to a false alarm at or above ``1 / alpha``, for the whole family together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.evidence.concept import Concept
from vedette.evidence.laws import DELTA, TOLERANCE, Laws, Stream
from vedette.evidence.risk import Risk

Floats = npt.NDArray[np.float64]

#: What a detector follows: the law of a column, a loss, or what scores mean.
AnyStream = Stream | Risk | Concept


class Evidence(NamedTuple):
    """What one window left: log evidence of each stream and of the family, and where each stream's change began."""

    streams: Floats
    family: float
    onset: npt.NDArray[np.int64]


class Detector:
    """Evidence against "nothing moved", window by window.

    Parameters
    ----------
    streams : sequence of Stream, Risk or Concept
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
        self, streams: Sequence[AnyStream], *, tolerance: float = TOLERANCE, delta: float = DELTA
    ) -> None:
        self.streams = list(streams)
        self.windows = 0
        each = delta / sum(_phases(s) for s in self.streams)
        laws = [i for i, s in enumerate(self.streams) if isinstance(s, Stream)]
        whole = [s for s in self.streams if isinstance(s, Stream)]
        self._laws = Laws(np.array(laws, np.intp), whole, tolerance, each) if laws else None
        self._tables = _tables(self.streams, each)
        bettors = max([t.table.shape[2] for t in self._tables], default=0)
        if self._laws is not None:
            bettors = max(bettors, self._laws.present.shape[1])
        present = np.zeros((len(self.streams), bettors), bool)
        for fixed in self._tables:
            present[fixed.rows, : fixed.table.shape[2]] = True
        if self._laws is not None:
            present[self._laws.rows, : self._laws.present.shape[1]] = self._laws.present
        self._dispersion = np.array([s.dispersion for s in self.streams])
        self._weight = -np.log(present.sum(1))
        shares = np.array([s.weight for s in self.streams], float)
        #: Log share of the family's evidence that each stream carries.
        self.log_share = np.log(shares / shares.sum())
        self.log_m = np.full(present.shape, -np.inf)
        self.onset = np.zeros(present.shape, np.int64)

    def step(
        self, counts: Floats, phases: npt.NDArray[np.int64] | None = None, window: int | None = None
    ) -> Evidence:
        """Take the counts of a closed window, shape (streams, bins), and return the evidence so far.

        Bins beyond a stream's own are zero; `phases` is each stream's phase of the season in this window, shape
        (streams,). A stream without rows stays as it is, so that labels may be stepped later than values: `window`
        then names the window they belong to (default: the next one).
        """
        phase = np.zeros(len(counts), np.int64) if phases is None else phases
        number = self.windows if window is None else window
        gain, bets = self._gains(counts / self._dispersion[:, None], phase)
        bets &= (counts.sum(1) > 0)[:, None]
        self.onset = np.where(bets & ~(self.log_m > 0), number, self.onset)
        self.log_m = np.where(bets, np.maximum(self.log_m, 0.0) + gain, self.log_m)
        if self._laws is not None:
            self._laws.remember(counts)
        self.windows += window is None
        return self.evidence()

    def evidence(self) -> Evidence:
        """Return the evidence so far."""
        streams = _log_sum(self.log_m, axis=1) + self._weight
        family = float(_log_sum((streams + self.log_share)[None], axis=1)[0])
        leading = np.argmax(self.log_m, axis=1)
        return Evidence(streams, family, np.take_along_axis(self.onset, leading[:, None], 1)[:, 0])

    def reset(self, streams: Sequence[int] | npt.NDArray[np.intp]) -> None:
        """Forget the evidence of some streams, after their alarm."""
        self.log_m[np.asarray(streams)] = -np.inf
        if self._laws is not None:
            self._laws.forget(np.asarray(streams, np.intp))

    def state(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays that resume the detector exactly."""
        learnt = {} if self._laws is None else {"memory": self._laws.memory, "past": self._laws.past}
        return {"log_m": self.log_m, "onset": self.onset, "windows": np.array(self.windows), **learnt}

    def resume(self, state: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Take up a state returned by `state` of a detector with the same streams."""
        self.log_m, self.onset = np.array(state["log_m"], float), np.array(state["onset"], np.int64)
        self.windows = int(state["windows"])
        if self._laws is not None:
            self._laws.memory = np.array(state["memory"], float)
            self._laws.past = np.array(state["past"], float)

    def _gains(self, counts: Floats, phase: npt.NDArray[np.int64]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return what each bettor gains in this window, and which of them bet."""
        gain, bets = np.zeros(self.log_m.shape), np.zeros(self.log_m.shape, bool)
        for fixed in self._tables:
            rows, (_, _, bettors, size) = fixed.rows, fixed.table.shape
            table = fixed.table[np.arange(len(rows)), phase[rows] % fixed.table.shape[1]]
            gain[rows, :bettors] = np.matmul(table, counts[rows, :size, None])[..., 0]
            bets[rows, :bettors] = True
        if self._laws is not None:
            found, betting = self._laws.gains(counts, phase)
            gain[self._laws.rows, : found.shape[1]] = found
            bets[self._laws.rows, : found.shape[1]] = betting
        return gain, bets


class _Table(NamedTuple):
    """Bets that never change, of streams with tables of one shape: (streams, phases, j, b)."""

    rows: npt.NDArray[np.intp]
    table: Floats


def _log_sum(values: Floats, axis: int) -> Floats:
    top = np.max(values, axis=axis, keepdims=True)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.exp(values - safe).sum(axis)) + np.squeeze(safe, axis)
    return total


def _tables(streams: Sequence[AnyStream], delta: float) -> list[_Table]:
    """Return the bets of the streams that are not laws, those of one shape together."""
    shapes: dict[tuple[int, ...], list[tuple[int, Floats]]] = {}
    for i, stream in enumerate(streams):
        if not isinstance(stream, Stream):
            table = stream.bets(delta)
            shapes.setdefault(table.shape, []).append((i, table))
    return [
        _Table(np.array([i for i, _ in made], np.intp), np.stack([table for _, table in made]))
        for made in shapes.values()
    ]


def _phases(stream: AnyStream) -> int:
    return 1 if isinstance(stream, Concept) else len(stream.counts)
