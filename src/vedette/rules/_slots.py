"""The place of each window in the day and in the week, by the wall clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from vedette.values import Window

_MINUTE = 60_000_000
_DAY = 1440


class Slots(NamedTuple):
    """Slots of windows.

    Attributes
    ----------
    cycle : int
        Windows in the shortest cycle; 1 where there is none.
    tables : tuple of list of int
        One slot a window for each cycle: the day, then the week.
    """

    cycle: int
    tables: tuple[list[int], ...]


def is_timed(windows: Sequence[Window]) -> bool:
    """Tell whether windows are of time: the shortest is a minute, and nobody counts so many rows in one."""
    return bool(windows) and windows[0].end - windows[0].start >= _MINUTE


def slots_of(windows: Sequence[Window], zone: str = "UTC") -> Slots:
    """Return the slots of windows.

    A window that begins at 02:00 has the slot of 02:00 whether or not the clock was put forward that day, and the
    hour that comes twice in autumn has one slot.

    Examples
    --------
    >>> hour = 3_600_000_000
    >>> slots_of([Window(i * hour, (i + 1) * hour, "") for i in range(25)]).tables[0][22:]
    [22, 23, 0]
    """
    if not is_timed(windows):
        return Slots(1, ())
    width = round(float(np.median([w.end - w.start for w in windows])) / _MINUTE)
    if width > _DAY:
        return Slots(1, ())
    tz = ZoneInfo(zone)
    local = [datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(tz) for w in windows]
    weekday = [t.weekday() for t in local]
    if width == _DAY:
        return Slots(7, (weekday,))
    per_day = -(-_DAY // width)
    day = [(t.hour * 60 + t.minute) // width for t in local]
    return Slots(per_day, (day, [d * per_day + s for d, s in zip(weekday, day, strict=True)]))
