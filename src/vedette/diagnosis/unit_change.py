"""A column that came in another unit: its law is the reference's, stretched and moved."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from vedette.diagnosis.cumulative import Cumulative, chance_gap, gap
from vedette.diagnosis.marginals import Marginal, Spread

#: What a live value is, given the reference's: name, slope, offset.
KNOWN: tuple[tuple[str, float, float], ...] = (
    *((f"×{10**k:,}", 10.0**k, 0.0) for k in range(1, 10)),
    *((f"÷{10**k:,}", 10.0**-k, 0.0) for k in range(1, 10)),
    ("°C → °F", 1.8, 32.0),
    ("°F → °C", 1 / 1.8, -32 / 1.8),
    ("°C → K", 1.0, 273.15),
    ("K → °C", 1.0, -273.15),
    ("miles → km", 1.609344, 0.0),
    ("km → miles", 1 / 1.609344, 0.0),
    ("feet → m", 0.3048, 0.0),
    ("m → feet", 1 / 0.3048, 0.0),
    ("inches → cm", 2.54, 0.0),
    ("cm → inches", 1 / 2.54, 0.0),
    ("pounds → kg", 0.45359237, 0.0),
    ("kg → pounds", 1 / 0.45359237, 0.0),
    ("minutes → s (×60)", 60.0, 0.0),
    ("s → minutes (÷60)", 1 / 60, 0.0),
    ("hours → s", 3600.0, 0.0),
    ("s → hours", 1 / 3600, 0.0),
    ("days → hours", 24.0, 0.0),
    ("hours → days", 1 / 24, 0.0),
    ("knots → km/h", 1.852, 0.0),
    ("km/h → knots", 1 / 1.852, 0.0),
    ("degrees → radians", np.pi / 180, 0.0),
    ("radians → degrees", 180 / np.pi, 0.0),
    ("sign reversed", -1.0, 0.0),
)
#: A law that fits a known unit may be this far off beyond chance (shares); an unknown one less.
LOOSE, TIGHT = 0.03, 0.015
#: Fewer filled reference bins than this cannot tell a stretched law from another one.
FILLED = 8
#: Columns that moved less than this (nats) are not asked about.
MOVED = 0.02
#: Gap that drift may leave beneath a factor that drift alone never makes.
DRIFTED = 0.12
#: An unknown map must explain this much of the live quantiles.
R2 = 0.995
#: Most that mean (in standard deviations) and spread (in log) may be off.
MOMENTS = 0.4
#: Factors within this may be drift; they must fit within chance alone.
NEAR = 4.0
_GRID = np.linspace(0.02, 0.98, 49)


class UnitChange(msgspec.Struct, frozen=True):
    """A stretched column: ``now = slope * then + offset``.

    `unit` names a known conversion, "" for an unknown one; `r2` is that of live on reference quantiles where they
    lie within the bins, nan where none do; `gap` the largest distance left between the two laws.
    """

    unit: str
    slope: float
    offset: float
    r2: float
    gap: float

    @property
    def near(self) -> bool:
        """Whether drift may look like this: prices and ages grow by half, not by ten."""
        return 1 / NEAR < self.slope < NEAR

    def mild(self, spread: Spread | None) -> bool:
        """Tell whether the world may do this too, so that nothing else may have moved if it is to be a fault.

        A slope and an offset that both hit a known conversion are no accident.
        """
        if not self.near or (self.unit and self.offset != 0 and self.slope != 1):
            return False
        moved = self.offset + (self.slope - 1) * spread.mean if spread is not None else 0.0
        return spread is None or abs(moved) < 3 * spread.sd


def unit_change(marginal: Marginal) -> UnitChange | None:
    """Affine change of a number column that explains its new law, None where none does.

    A known conversion is preferred. An unknown one must be far from 1 and fit more closely: a shifted normal law
    is an affine image of itself too, so a pure move by less than three standard deviations is never called one.

    Parameters
    ----------
    marginal : Marginal

    Notes
    -----
    Live values beyond the reference's range fall into one bin; there the moments decide, and without them nothing
    is said. A conversion of only some of the rows is not found.
    """
    if not marginal.numeric or marginal.effect < MOVED or marginal.p > 1e-6:
        return None
    now, then = Cumulative.of(marginal.now), Cumulative.of(marginal.then)
    if now is None or then is None or np.count_nonzero(np.diff(then.below)) < FILLED:
        return None
    if gap(now, then) <= chance_gap(now, then) + LOOSE:
        return None
    likely = [known for known in KNOWN if _moment_error(known[1], known[2], marginal) < MOMENTS]
    known = [_measured(*known, now, then) for known in likely]
    fitting = [one for one in known if _fits(one, marginal, now, then, LOOSE)]
    if fitting:
        return min(fitting, key=lambda one: one.gap + _moment_error(one.slope, one.offset, marginal))
    free = _free(marginal, now, then)
    if free is None or not _far(free, marginal) or not _fits(free, marginal, now, then, TIGHT):
        return None
    return free


def _measured(name: str, slope: float, offset: float, now: Cumulative, then: Cumulative) -> UnitChange:
    """Return a candidate with what is left unexplained."""
    live, past = now.quantiles(_GRID), then.quantiles(_GRID if slope > 0 else 1 - _GRID)
    return UnitChange(name, slope, offset, _r2(live, slope * past + offset), gap(now, then, slope, offset))


def _r2(live: np.ndarray, fitted: np.ndarray) -> float:
    seen = np.isfinite(live) & np.isfinite(fitted)
    if seen.sum() < 5:
        return np.nan
    spread = float(np.sum((live[seen] - live[seen].mean()) ** 2))
    return 1 - float(np.sum((live[seen] - fitted[seen]) ** 2)) / spread if spread > 0 else np.nan


def _fits(one: UnitChange, marginal: Marginal, now: Cumulative, then: Cumulative, room: float) -> bool:
    """Tell whether the candidate leaves nothing unexplained, by bins and by moments; one of them must see it."""
    drifted = min(DRIFTED, gap(now, then) / 4)
    chance = chance_gap(now, then) + room
    if one.gap > (chance_gap(now, then, 0.01) + 0.005 if one.near else max(chance, drifted)):
        return False
    seen = 1 - now.below[0] - (1 - now.below[-1])  # share of live rows within the reference's range
    if marginal.spread_now is None or marginal.spread_then is None:
        return bool(seen > 0.5)
    return _moment_error(one.slope, one.offset, marginal) < (MOMENTS if room == LOOSE else MOMENTS / 2)


def _moment_error(slope: float, offset: float, marginal: Marginal) -> float:
    """Return how far mean (in standard deviations) and spread (in log) are from a map's; 0 where unknown."""
    now, then = marginal.spread_now, marginal.spread_then
    if now is None or then is None or not (now.sd > 0 and then.sd > 0):
        return 0.0 if now is None or then is None else np.inf
    sd = abs(slope) * then.sd
    return max(abs(now.mean - (slope * then.mean + offset)) / sd, abs(math.log(now.sd / sd)))


def _free(marginal: Marginal, now: Cumulative, then: Cumulative) -> UnitChange | None:
    """Return the best affine map: quantiles regressed where most of them are seen, else the moments'."""
    live, past = now.quantiles(_GRID), then.quantiles(_GRID)
    seen = np.isfinite(live) & np.isfinite(past)
    if seen.mean() > 0.6 and np.ptp(past[seen]) > 0:
        slope, offset = np.polyfit(past[seen], live[seen], 1)
        one = _measured("", float(slope), float(offset), now, then) if slope > 0 else None
        return one if one is not None and one.r2 > R2 else None
    before, after = marginal.spread_then, marginal.spread_now
    if before is None or after is None or not (before.sd > 0 and after.sd > 0):
        return None
    slope = after.sd / before.sd
    one = _measured("", slope, after.mean - slope * before.mean, now, then)
    return one if _ends_fit(one, before, after) else None


def _ends_fit(one: UnitChange, before: Spread, after: Spread) -> bool:
    """Tell whether the extremes were carried along too: without quantiles they are what is left to test."""
    width = one.slope * (before.high - before.low)
    low, high = one.slope * before.low + one.offset, one.slope * before.high + one.offset
    return bool(abs(after.low - low) < 0.15 * width and abs(after.high - high) < 0.15 * width)


def _far(one: UnitChange, marginal: Marginal) -> bool:
    """Tell whether an unknown map is far enough from none to be a fault of units rather than drift."""
    if one.slope > 1.5 or one.slope < 1 / 1.5:
        return True
    spread = marginal.spread_then
    moved = one.offset + (one.slope - 1) * spread.mean if spread is not None else 0.0
    return bool(spread is not None and spread.sd > 0 and abs(moved) > 3 * spread.sd)
