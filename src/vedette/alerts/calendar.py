"""Days that are not like others, holidays, deploys, planned downtime: ``[[calendar]]``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.alerts.mute import parsed
from vedette.errors import ConfigError
from vedette.values import Window

Mask = npt.NDArray[np.bool_]
Effect = Literal["exclude", "mute"]
_DAY = timedelta(days=1)


class Planned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True,
              rename={"from_": "from"}):  # fmt: skip
    """A span, or days, of the wall clock in which nothing is to be concluded, or nothing told.

    Attributes
    ----------
    name : str
    from_, to : str
        ``from`` and ``to`` in the file: dates, the last one included, or moments, the last one not.
    dates : tuple of str
        Single days, instead.
    repeat : {"never", "weekly", "yearly"}
        29 February repeats in leap years only.
    effect : {"exclude", "mute"}
        "exclude": a window that touches it neither alarms, nor spends evidence, nor is learnt from, in the current
        rows and in the reference. "mute": it is judged as ever, and incidents that open in it are not told.

    Examples
    --------
    >>> Planned(name="Christmas", from_="2024-12-24", to="2024-12-26", repeat="yearly").effect
    'exclude'
    """

    name: str
    from_: Any = ""
    to: Any = ""
    dates: tuple[Any, ...] = ()
    repeat: Literal["never", "weekly", "yearly"] = "never"
    effect: Effect = "exclude"

    def __post_init__(self) -> None:
        # TOML has dates of its own; as text the declaration is the same wherever it came from.
        for name in ("from_", "to"):
            msgspec.structs.force_setattr(self, name, _text(getattr(self, name)))
        msgspec.structs.force_setattr(self, "dates", tuple(_text(day) for day in self.dates))
        if bool(self.from_) == bool(self.dates) or bool(self.from_) != bool(self.to):
            raise self._bad("has no beginning and end")
        for start, end in self._first():
            if start >= end:
                raise self._bad("ends before it begins")

    def _bad(self, why: str) -> ConfigError:
        return ConfigError(
            f"The calendar entry {self.name!r} {why}",
            "from and to, the earlier first, or dates",
            "Write for example from = '2024-12-24', to = '2024-12-26'",
            code="alerts.bad-calendar",
        )

    def _first(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans as written, wall clock."""
        for first, last in ((self.from_, self.to),) if self.from_ else ((d, d) for d in self.dates):
            yield _moment(parsed(first)), _moment(parsed(last), after=True)

    def spans(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the spans, repeated, that may touch days from `first` to `last`; wall clock, half open."""
        for start, end in self._first():
            if self.repeat == "never":
                yield start, end
            elif self.repeat == "weekly":
                weeks = (first - end.date()).days // 7
                while (moved := start + 7 * weeks * _DAY).date() <= last:
                    yield moved, end + 7 * weeks * _DAY
                    weeks += 1
            else:
                years = range(first.year - end.year - 1, last.year - start.year + 2)
                moves = (_years(start, n) for n in years)
                yield from ((moved, moved + (end - start)) for moved in moves if moved is not None)


def covered(
    calendar: Sequence[Planned], windows: Sequence[Window], zone: str = "UTC", effect: Effect = "exclude"
) -> Mask:
    """Return which windows of time a calendar touches, shape (windows,).

    Examples
    --------
    >>> day = 86_400_000_000
    >>> week = [Window(i * day, (i + 1) * day, str(i)) for i in range(7)]  # from Thursday, 1 January 1970
    >>> covered([Planned(name="weekend", from_="2024-01-06", to="2024-01-07", repeat="weekly")], week).nonzero()
    (array([2, 3]),)
    """
    found = np.zeros(len(windows), bool)
    wanted = [entry for entry in calendar if entry.effect == effect]
    if not wanted or not windows:
        return found
    start = np.array([w.start for w in windows], np.int64)
    end = np.array([w.end for w in windows], np.int64)
    for a, b in moments(wanted, int(start[0]), int(end[-1]), zone):
        found |= (start < b) & (end > a)
    return found


def moments(calendar: Sequence[Planned], first: int, last: int, zone: str = "UTC") -> list[tuple[int, int]]:
    """Return the spans of a calendar that may touch the time from `first` to `last`, in microseconds, half open."""
    tz = ZoneInfo(zone)
    begin, end = (datetime.fromtimestamp(t / 1e6, UTC).astimezone(tz).date() for t in (first, last))
    return [(_micros(a, tz), _micros(b, tz)) for entry in calendar for a, b in entry.spans(begin, end)]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _moment(day: date | datetime, *, after: bool = False) -> datetime:
    """Return a wall-clock moment; a date as its beginning, or, `after`, as its end."""
    if isinstance(day, datetime):
        return day.replace(tzinfo=None)
    return datetime.combine(day, time()) + (_DAY if after else timedelta())


def _years(moment: datetime, years: int) -> datetime | None:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return None


def _micros(wall: datetime, tz: ZoneInfo) -> int:
    return round(wall.replace(tzinfo=tz).timestamp() * 1_000_000)
