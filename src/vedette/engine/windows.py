"""Calendar windows that are right across time zones and daylight saving, and windows of a number of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.errors import ConfigError, nearest
from vedette.values import Window

_UNITS = {"min": 60, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MICRO = 1_000_000


class Every(msgspec.Struct, frozen=True):
    """Length of a window: a count of minutes, hours, days, weeks, months or rows.

    Examples
    --------
    >>> Every.parse("6h")
    Every(count=6, unit='h')
    >>> Every.parse("1000 rows").unit
    'rows'
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Every:
        """Return the length written as ``"15min"``, ``"6h"``, ``"1d"``, ``"1w"``, ``"1mo"`` or ``"1000 rows"``."""
        found = re.fullmatch(r"\s*(\d+)\s*(min|m|h|d|w|mo|rows?)\s*", text)
        if not found or int(found[1]) == 0:
            raise ConfigError(
                f"Window length {text!r} is not understood",
                "A count and a unit: 15min, 6h, 1d, 1w, 1mo or 1000 rows",
                "Write for example every = '1d'",
                code="windows.bad-length",
            )
        unit = {"m": "min", "row": "rows"}.get(found[2], found[2])
        return cls(int(found[1]), unit)

    @property
    def days(self) -> float | None:
        """Length in days, None for rows."""
        if self.unit == "rows":
            return None
        return self.count * (30.4375 if self.unit == "mo" else _UNITS[self.unit] / 86400)


def calendar(first: int, last: int, every: Every, zone: str = "UTC") -> list[Window]:
    """Return the windows that cover event times from `first` to `last` (microseconds, inclusive).

    Days, weeks (from Monday) and months begin at local midnight of `zone`; hours that divide a day begin at it
    too, so that a 6-hour window of a day when the clock changes is 5 or 7 hours long.
    """
    tz = zone_named(zone)
    starts = _starts(datetime.fromtimestamp(first / _MICRO, UTC).astimezone(tz), every)
    bounds: list[int] = []
    labels: list[str] = []
    for local in starts:
        instant = int(local.astimezone(UTC).timestamp() * _MICRO)
        if not bounds or instant > bounds[-1]:
            bounds.append(instant)
            labels.append(_label(local, every))
        if instant > last:
            break
    found = [Window(a, b, label) for a, b, label in zip(bounds, bounds[1:], labels, strict=False)]
    return [w for w in found if w.end > first]


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        guess = nearest(name, available_timezones())
        raise ConfigError(
            f"Time zone {name!r} is unknown",
            "An IANA name such as Europe/Berlin",
            f"Did you mean {guess!r}?" if guess else "Look it up in the IANA time zone database",
            code="windows.unknown-timezone",
        ) from error


def window_of(times: npt.NDArray[np.int64], windows: list[Window]) -> npt.NDArray[np.int64]:
    """Return the window number of each time, -1 where it lies in none."""
    starts = np.array([w.start for w in windows], np.int64)
    found = np.searchsorted(starts, times, side="right") - 1
    found[times >= windows[-1].end] = -1
    return found


def _starts(first: datetime, every: Every) -> Iterator[datetime]:
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if every.unit == "mo":
        return _months(midnight.replace(day=1), every.count)
    if every.unit == "w":
        return _days(midnight - timedelta(days=midnight.weekday()), 7 * every.count)
    if every.unit == "d":
        epoch = datetime(1970, 1, 1, tzinfo=midnight.tzinfo)
        return _days(midnight - timedelta(days=(midnight - epoch).days % every.count), every.count)
    return _within_days(midnight, timedelta(seconds=_UNITS[every.unit] * every.count))


def _days(start: datetime, step: int) -> Iterator[datetime]:
    while True:  # wall-clock arithmetic: local midnight stays local midnight
        yield start
        start += timedelta(days=step)


def _months(start: datetime, step: int) -> Iterator[datetime]:
    while True:
        yield start
        month = start.month - 1 + step
        start = start.replace(year=start.year + month // 12, month=month % 12 + 1)


def _within_days(midnight: datetime, step: timedelta) -> Iterator[datetime]:
    """Yield starts within each local day: by the wall clock above an hour, by elapsed time up to one."""
    while True:
        following = midnight + timedelta(days=1)
        if step <= timedelta(hours=1):
            now, end = midnight.astimezone(UTC), following.astimezone(UTC)
            while now < end:
                yield now.astimezone(midnight.tzinfo)
                now += step
        else:
            now = midnight
            while now < following:
                yield now
                now += step
        midnight = following


def _label(local: datetime, every: Every) -> str:
    pattern = {"mo": "%Y-%m", "d": "%Y-%m-%d", "w": "%Y-%m-%d"}.get(every.unit, "%Y-%m-%d %H:%M")
    return local.strftime(pattern)
