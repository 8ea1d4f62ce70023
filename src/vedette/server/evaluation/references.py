"""The past windows that stand for a reference where it moves: their states merged, never their rows read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vedette.engine.along import end_to_end
from vedette.engine.cube import Cube
from vedette.monitor import Monitor
from vedette.values import Window

#: Windows of a day that are searched for the same phase, at most.
_FAR = 20_000


def past_windows(monitor: Monitor, windows: Sequence[Window], place: int) -> list[Window]:
    """Return the windows that the window at `place` is compared with, oldest first; none for a static reference.

    Examples
    --------
    >>> days = [Window(day * 86_400_000_000, (day + 1) * 86_400_000_000, str(day)) for day in range(30)]
    >>> from vedette.monitor import Reference
    >>> monitor = Monitor(reference=Reference(kind="same-phase", windows=2))
    >>> [w.label for w in past_windows(monitor, days, 20)]
    ['6', '13']
    """
    depth = monitor.reference.depth
    if monitor.reference.kind != "same-phase":
        return list(windows[max(place - depth, 0) : place])
    zone = ZoneInfo(monitor.windows.timezone)
    phase = _phase(windows[place], zone)
    found: list[Window] = []
    for window in reversed(windows[max(place - _FAR, 0) : place]):
        if len(found) == depth:
            break
        if _phase(window, zone) == phase:
            found.append(window)
    return found[::-1]


def merged(cubes: Sequence[Cube]) -> Cube | None:
    """Return the cube of all rows of some windows as one window, None of none or where all are empty."""
    filled = [cube for cube in cubes if cube.rows]
    return end_to_end(filled).over_time() if filled else None


def _phase(window: Window, zone: ZoneInfo) -> tuple[int, int, int]:
    local = datetime.fromtimestamp(window.start / 1e6, UTC).astimezone(zone)
    return local.weekday(), local.hour, local.minute
