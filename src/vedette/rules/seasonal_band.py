"""A metric outside the band that its own past, season included, leads to expect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.evidence.promise import Promise
from vedette.rules._band import Banded, Kind, Side, band
from vedette.rules._course import Course
from vedette.rules._slots import Slots, is_timed, slots_of
from vedette.rules._tail import MEMORY
from vedette.rules.base import Rule, Series, firing, runs
from vedette.rules.change import difference
from vedette.sentences.sentence import Sentence
from vedette.values import Estimate, Finding, Floats, Level

_DAY = 86_400e6
#: Half-widths of a 95 % interval in standard errors.
_NORMAL = 1.96
#: Points between two alarms of a series whose windows are not of time.
_BETWEEN = 1000.0
#: Weeks that tell a season of the week, and the most windows they may take.
_WEEKS, _MOST = 8, 4096


class SeasonalBand(Rule, frozen=True, kw_only=True):
    """A point outside the band expected of its series: traffic, latency, the mean of the predictions.

    Attributes
    ----------
    false_alarms : str
        How often *each series* may alarm by chance; it is beside the promise of the whole model.
    side : {"worse", "both", "low", "high"}
        "worse" takes it from the metric: where a direction is better, that way is no alarm.
    share : float
        A deviation under this share of what is expected is not told, however unusual.
    timezone : str
        IANA name; the season goes by its wall clock. A monitor fills in its own.
    severe : str
        Level of the finding; of no rows at all it is always "act".

    Notes
    -----
    What is expected is the median of the same slot of the day (or, after three weeks, of the week) in the last seven
    periods, or the exponentially weighted level, whichever erred less lately. Residuals are scaled by their trailing
    spread, at least one per cent of the level; large counts as logarithms, small ones by Anscombe's root, rates by
    their binomial error. The p-value is the rank among the last 500 residuals; beyond the largest a tail is fitted
    and the finding says *extrapolated*. Points outside are not learnt from, until they have lasted a whole cycle and
    are the new normal. It is causal: a point is judged by those before it.

    It says nothing while it learns (`band` tells how far it is): two cycles, at least 20 points.

    References
    ----------
    Gibbs and Candès, Adaptive conformal inference under distribution shift, 2021, arXiv:2106.00170.
    Siffer et al., Anomaly detection in streams with extreme value theory, KDD 2017, doi:10.1145/3097983.3098144.
    """

    level: ClassVar[Level] = "watch"

    metrics: tuple[str, ...] = ("row_count",)
    false_alarms: str = "1 per quarter"
    side: Literal["worse", "both", "low", "high"] = "worse"
    share: float = 0.05
    timezone: str = "UTC"
    severe: Level = "watch"

    def __post_init__(self) -> None:
        super().__post_init__()
        Promise.parse(self.false_alarms)

    def horizon(self, width: int) -> int:
        """Return how many windows it learns from: eight weeks of them, and as many as it remembers residuals."""
        return min(max(round(_WEEKS * 7 * _DAY / width), MEMORY + 2 * _WEEKS), _MOST)

    def course(self, series: Series) -> Course:
        """Return a band that goes along a series, from before its first window."""
        timed = is_timed(series.windows)
        return Course(_kind(series), self._alpha(series, timed=timed), self._side(series), self.timezone)

    def go_on(self, course: Course, series: Series) -> None:
        """Let a band go on along the windows of a series that it has not come to yet."""
        fresh = [i for i, w in enumerate(series.windows) if course.last is None or w.start > course.last]
        if fresh:
            windows = [series.windows[i] for i in fresh]
            course.go_on(windows, _values(series)[fresh], series.current.n[fresh], _error(series)[fresh])

    def band(self, series: Series) -> Banded:
        """Return the band beside a series, to be drawn or judged."""
        return self._band(series, slots_of(series.windows, self.timezone))

    def _band(self, series: Series, slots: Slots) -> Banded:
        return band(
            _values(series),
            series.current.n,
            _error(series),
            slots,
            kind=_kind(series),
            alpha=self._alpha(series, timed=slots.cycle > 1 or bool(slots.tables)),
            side=self._side(series),
        )

    def known(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows count: all of a count, none of which is a value too."""
        if _kind(series) == "count":
            return np.ones(len(series.windows), bool)
        return super().known(series)

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach."""
        return self._beyond(series, self.band(series))

    def severity(self, series: Series) -> Floats:
        """Return how unlikely each window is, as the logarithm of its p-value."""
        return _surprise(self.band(series))

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        return self._told(series, self.band(series), worst)

    def fold(self, series: Series) -> Iterator[Finding]:
        """Yield one finding for each run of windows outside; runs less than a cycle apart are one."""
        if not self.applies(series):
            return
        slots = slots_of(series.windows, self.timezone)
        yield from self.beside(series, self._band(series, slots), slots.cycle)

    def beside(self, series: Series, made: Banded, cycle: int) -> Iterator[Finding]:
        """Yield the findings of a series beside its band; runs less than a `cycle` apart are one."""
        known, breached = series.kept(self.known(series)), series.kept(self._beyond(series, made))
        surprise = np.where(breached, _surprise(made), -np.inf)
        for start, end in _joined(runs(firing(breached, known, self.breaches, self.of)), cycle):
            worst = start + int(np.argmax(surprise[start:end]))
            found = self._told(series, made, worst)
            span = {"window": series.windows[start], "until": series.windows[end - 1]}
            yield msgspec.structs.replace(found, **span)

    def _beyond(self, series: Series, made: Banded) -> npt.NDArray[np.bool_]:
        far = np.abs(_values(series) - made.expected) > self.share * np.abs(made.expected)
        found: npt.NDArray[np.bool_] = made.outside & far
        return found

    def _alpha(self, series: Series, *, timed: bool) -> float:
        first = series.windows[0]
        between = Promise.parse(self.false_alarms).windows_between((first.end - first.start) / _DAY)
        return 1 / (between if timed else _BETWEEN)

    def _side(self, series: Series) -> Side:
        if self.side == "worse":
            sides: dict[str, Side] = {"higher": "low", "lower": "high", "neither": "both"}
            return sides[series.better]
        return self.side

    def _told(self, series: Series, made: Banded, worst: int) -> Finding:
        now = series.current[worst]
        value = float(_values(series)[worst])
        expected, low, high = (float(a[worst]) for a in (made.expected, made.low, made.high))
        usual = Estimate(expected, _finite(low), _finite(high))
        p = float(made.p[worst])
        sentence = Sentence.of(
            "band.extrapolated" if made.extrapolated[worst] else "band",
            subject=series.subject,
            value=value,
            window=series.windows[worst].label if len(series.windows) > 1 else "",
            expected=expected,
            usual=[usual.low, usual.high],
            unit=series.unit,
            p=p,
        )
        current = now or Estimate(value, n=now.n)
        return Finding.saying(
            sentence,
            rule="seasonal_band",
            metric=series.metric,
            level="act" if value == 0 and _kind(series) == "count" else self.severe,
            column=series.column,
            segment=series.segment,
            current=current,
            reference=usual,
            effect=difference(current, Estimate(expected)),
            evidence=p,
        )


def _finite(edge: float) -> float | None:
    return edge if np.isfinite(edge) else None


def _kind(series: Series) -> Kind:
    if series.unit == "rows":
        return "count"
    return "rate" if series.proportion and series.unit == "share" else "plain"


def _values(series: Series) -> Floats:
    """Return the values; of a count, no value is none, and windows left out are gaps."""
    value = series.current.value
    if _kind(series) == "count":
        value = np.nan_to_num(value, nan=0.0)
    return value if series.skip is None else np.where(series.skip, np.nan, value)


def _error(series: Series) -> Floats:
    """Return the standard errors that the intervals tell."""
    return (series.current.high - series.current.low) / (2 * _NORMAL)


def _surprise(made: Banded) -> Floats:
    return -np.log(np.maximum(np.nan_to_num(made.p, nan=1.0), 1e-300))


def _joined(spans: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Return the spans with those less than `gap` apart made one."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start - found[-1][1] < gap:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
