"""The band in which the next point of a metric series is expected, learnt from the points before it."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.rules._slots import Slots
from vedette.rules._tail import FEWEST, Residuals
from vedette.values import Floats

Kind = Literal["count", "rate", "plain"]
Side = Literal["both", "low", "high"]
#: Of a point: expected, low, high, p, extrapolated, outside, learnt.
Told = tuple[float, float, float, float, bool, bool, int]
#: Periods whose same slot makes an expectation, and how many the week needs before it has a say.
PERIODS, WEEKS = 7, 3
#: Weight of the newest point in the level, in the trailing error and in the trailing spread.
_LEVEL, _ERROR, _SPREAD = 0.3, 1 / 50, 1 / 100
#: Residuals beyond so many spreads count as so many.
_OUTLIER = 3.0
#: Smallest spread, as a share of the level.
_FLOOR = 0.01
#: How far the adapted alarm level may lie under and over the promised one.
_LEAST, _MOST = 1 / 30, 2.0
#: Counts that are usually larger vary by shares of themselves, smaller ones as Poisson counts do.
_LARGE = 100.0


class Banded(msgspec.Struct, frozen=True):
    """A band beside a series of w points.

    Attributes
    ----------
    expected, low, high : ndarray of shape (w,)
        nan while learning.
    p : ndarray of shape (w,)
        How likely so far off a point is; nan while learning and where there is no point.
    extrapolated : ndarray of shape (w,), bool
        Where `p` is beyond what was ever seen: an order of magnitude, not a measurement.
    outside : ndarray of shape (w,), bool
    learnt : ndarray of shape (w,), int
        Points learnt from before this one.
    needed : int
        Points after which the band speaks.
    """

    expected: Floats
    low: Floats
    high: Floats
    p: Floats
    extrapolated: npt.NDArray[np.bool_]
    outside: npt.NDArray[np.bool_]
    learnt: npt.NDArray[np.int64]
    needed: int

    @property
    def learning(self) -> str:
        """Return how far it has learnt, ``"learning (12/28)"``; empty when it speaks."""
        known = int(self.learnt[-1]) if len(self.learnt) else 0
        return f"learning ({known}/{self.needed})" if known < self.needed else ""


def band(
    values: Floats,
    rows: Floats,
    spread: Floats,
    slots: Slots,
    *,
    kind: Kind,
    alpha: float,
    side: Side = "both",
) -> Banded:
    """Return the band of a series; each point is judged before it is learnt from.

    Parameters
    ----------
    values : ndarray of shape (w,)
        nan where there is no point: nothing is judged or learnt there.
    rows : ndarray of shape (w,)
        Rows behind each point; the denominator of a rate.
    spread : ndarray of shape (w,)
        Standard error of each point, nan where unknown; of rates it follows from the rows.
    alpha : float
        Share of points of an unchanged series that may begin an alarm.
    """
    needed = learning(slots)
    forward, back, natural = scale(values, kind, needed)
    seen = _applied(forward, values)
    stream = Stream(slots, natural, kind, alpha, side, needed)
    points = zip(seen.tolist(), rows.tolist(), spread.tolist(), strict=True)
    return banded([stream.step(i, *point) for i, point in enumerate(points)], back, needed)


def learning(slots: Slots) -> int:
    """Return how many points a band learns from before it speaks."""
    return min(max(2 * FEWEST, 2 * slots.cycle), 200)


def banded(told: Sequence[Told], back: Callable[[float], float], needed: int) -> Banded:
    """Return what a stream said of some points, back on the scale of the series."""
    expected, low, high, p, extrapolated, outside, learnt = (
        np.array(column) for column in (zip(*told, strict=True) if told else [()] * 7)
    )
    return Banded(
        _applied(back, expected),
        _applied(back, low),
        _applied(back, high),
        p.astype(float),
        extrapolated.astype(bool),
        outside.astype(bool),
        learnt.astype(np.int64),
        needed,
    )


def _applied(change: Callable[[float], float], values: npt.NDArray[np.generic]) -> Floats:
    """Return finite values changed, others as they are."""
    return np.array([change(v) if math.isfinite(v) else v for v in values.astype(float).tolist()], float)


def scale(
    values: Floats, kind: Kind, needed: int
) -> tuple[Callable[[float], float], Callable[[float], float], float]:
    """Return the scale on which a series varies evenly, there and back, and the spread that counts have on it."""
    if kind != "count":
        return float, float, 0.0
    present = values[np.isfinite(values)][:needed]
    if len(present) and float(np.median(present)) >= _LARGE:
        return lambda v: math.log1p(max(v, 0.0)), lambda x: max(math.expm1(min(x, 700.0)), 0.0), _FLOOR
    return (  # Anscombe's root: a Poisson count then has spread 1
        lambda v: 2 * math.sqrt(max(v, 0.0) + 0.375),
        lambda x: max((max(x, 0.0) / 2) ** 2 - 0.375, 0.0),
        1.0,
    )


class _Guess:
    """One way to expect the next point, and its trailing mean absolute error."""

    def __init__(self) -> None:
        self.error = self.weight = 0.0

    def expect(self, i: int) -> float | None:
        raise NotImplementedError

    def learn(self, i: int, x: float) -> None:
        raise NotImplementedError

    def missed(self, by: float) -> None:
        self.error += _ERROR * (by - self.error)
        self.weight += _ERROR * (1 - self.weight)

    @property
    def trailing(self) -> float:
        return self.error / self.weight if self.weight else math.inf


class _Level(_Guess):
    """The exponentially weighted mean."""

    def __init__(self) -> None:
        super().__init__()
        self.level: float | None = None

    def expect(self, i: int) -> float | None:
        return self.level

    def learn(self, i: int, x: float) -> None:
        self.level = x if self.level is None else self.level + _LEVEL * (x - self.level)


class _Slot(_Guess):
    """The median of the same slot in the last periods."""

    def __init__(self, table: Sequence[int], least: int) -> None:
        super().__init__()
        self.table, self.least = table, least
        self.past: dict[int, deque[float]] = {}

    def expect(self, i: int) -> float | None:
        past = self.past.get(self.table[i])
        if past is None or len(past) < self.least:
            return None
        ordered, half = sorted(past), len(past) // 2
        return ordered[half] if len(past) % 2 else (ordered[half - 1] + ordered[half]) / 2

    def learn(self, i: int, x: float) -> None:
        self.past.setdefault(self.table[i], deque(maxlen=PERIODS)).append(x)


class _Guesses:
    """All ways to expect a point, of which the one that erred least lately is taken."""

    def __init__(self, slots: Slots) -> None:
        tables = enumerate(slots.tables)
        self.all: list[_Guess] = [_Level(), *(_Slot(t, WEEKS if k else 1) for k, t in tables)]
        self.now: list[float | None] = []

    def expect(self, i: int) -> float | None:
        """Return what is expected; None where no way can say."""
        self.now = [guess.expect(i) for guess in self.all]
        able = [(g.trailing, k) for k, g in enumerate(self.all) if self.now[k] is not None]
        return self.now[min(able)[1]] if able else None

    def learn(self, i: int, x: float) -> None:
        """Take the point for which `expect` was called."""
        for guess, said in zip(self.all, self.now, strict=True):
            if said is not None:
                guess.missed(abs(x - said))
            guess.learn(i, x)


class Stream:
    """The band as it goes along the points."""

    def __init__(
        self, slots: Slots, natural: float, kind: Kind, alpha: float, side: Side, needed: int
    ) -> None:
        self.guesses = _Guesses(slots)
        self.kind, self.natural, self.side, self.needed = kind, natural, side, needed
        self.alpha, self.adapted = alpha, 0.0
        self.patience = max(slots.cycle, FEWEST)
        self.residuals = Residuals()
        self.square = self.weight = 0.0
        self.run = 0
        self.settling = slots.cycle

    def step(self, i: int, x: float, n: float, error: float) -> Told:
        """Return expected, low, high, p, extrapolated, outside and learnt of a point."""
        known = len(self.residuals)
        expected = self.guesses.expect(i)
        if expected is None:
            if not math.isnan(x):
                self.guesses.learn(i, x)
            return math.nan, math.nan, math.nan, math.nan, False, False, known
        unit = self._unit(expected, n, error)
        width = unit * self._spread(expected, unit)
        if known < self.needed:
            if not math.isnan(x):
                self.settling -= 1
                if self.settling < 0:  # the first cycle is not expected yet, only followed
                    self._remember((x - expected) / unit, (x - expected) / width)
                self.guesses.learn(i, x)
            return math.nan, math.nan, math.nan, math.nan, False, False, known
        alpha = self.alpha * math.exp(self.adapted)
        below, above = self.residuals.edges(alpha / 2 if self.side == "both" else alpha)
        low = expected + below * width if self.side != "high" else -math.inf
        high = expected + above * width if self.side != "low" else math.inf
        if math.isnan(x):
            return expected, low, high, math.nan, False, False, known
        p, extrapolated = self._p((x - expected) / width)
        outside = p <= alpha and not low <= x <= high
        self._adapt(outside)
        self._take(i, x, expected, unit, width, (below, above), outside=outside)
        return expected, low, high, p, extrapolated and outside, outside, known

    def _p(self, z: float) -> tuple[float, bool]:
        small, large, extrapolated = self.residuals.p_values(z)
        p = {"low": small, "high": large, "both": min(2 * min(small, large), 1.0)}[self.side]
        return p, extrapolated

    def _unit(self, expected: float, n: float, error: float) -> float:
        """Return what chance alone does to a point."""
        if self.kind == "rate" and n > 0:
            share = min(max(expected, 0.5 / n), 1 - 0.5 / n)
            return math.sqrt(max(share * (1 - share), 1e-12) / n)
        return error if self.kind == "plain" and error > 0 else 1.0

    def _spread(self, expected: float, unit: float) -> float:
        """Return the trailing spread of residuals in that unit, floored."""
        spread = math.sqrt(self.square / self.weight) if self.weight else 0.0
        floor = self.natural if self.kind == "count" else 1.0 if unit != 1.0 else 0.0
        share = 0.0 if self.kind == "count" else _FLOOR * abs(expected) / unit
        return max(spread, floor, share, 1e-12)

    def _adapt(self, outside: bool) -> None:
        """Hold the rate at which alarms begin at the promised one (adaptive conformal inference, on a log scale)."""
        begins = outside and self.run == 0
        self.run = self.run + 1 if outside else 0
        moved = self.adapted + 0.5 * (self.alpha - begins)
        self.adapted = min(max(moved, math.log(_LEAST)), math.log(_MOST))

    def _take(
        self,
        i: int,
        x: float,
        expected: float,
        unit: float,
        width: float,
        edges: tuple[float, float],
        *,
        outside: bool,
    ) -> None:
        """Learn from a point; from one outside only a little, until what is new has lasted a whole cycle."""
        z = (x - expected) / width
        if outside and self.run <= self.patience:
            z = min(max(z, edges[0]), edges[1])
            x = expected + math.copysign(min(abs(z), 1.0) * width, z)
        self._remember(z * width / unit, z)
        self.guesses.learn(i, x)

    def _remember(self, residual: float, z: float) -> None:
        self.residuals.add(z)
        capped = residual / max(abs(z) / _OUTLIER, 1.0)  # one outlier must not hide the next
        self.square += _SPREAD * (capped * capped - self.square)
        self.weight += _SPREAD * (1 - self.weight)
