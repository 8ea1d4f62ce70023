"""Periods that pages show, and the windows in them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.windows import zone_named
from vedette.monitor import Monitor
from vedette.store import monitors, windows
from vedette.store.database import Transaction
from vedette.store.windows import StoredWindow
from vedette.values import Window
from vedette.views.timeline import Timeline

#: Days of each period; None is everything.
DAYS: dict[str, int | None] = {"7d": 7, "30d": 30, "90d": 90, "all": None}
DAY = 86_400_000_000


class Period(msgspec.Struct, frozen=True):
    """The closed windows of a version that a page shows, oldest first.

    A period ends with the newest closed window, not now: a history that was logged late is shown where it lies.
    `starts` holds the begin of every window, shape (w,).
    """

    model: str
    version: str
    windows: tuple[StoredWindow, ...]
    timeline: Timeline
    starts: npt.NDArray[np.int64]

    @property
    def start(self) -> int | None:
        """Begin of the first window, None without windows."""
        return self.windows[0].start if self.windows else None

    def between(self, start: int, end: int) -> Period:
        """Return the windows that begin in ``[start, end)``."""
        return self.of((self.starts >= start) & (self.starts < end))

    def of(self, chosen: npt.NDArray[np.bool_]) -> Period:
        """Return some of the windows, `chosen` of shape (w,)."""
        if chosen.all():
            return self
        kept = np.flatnonzero(chosen)
        axis = self.timeline
        labels = tuple(axis.labels[i] for i in kept)
        timeline = Timeline(axis.start[kept], axis.end[kept], labels, axis.kind)
        windows_ = tuple(self.windows[i] for i in kept)
        return Period(self.model, self.version, windows_, timeline, self.starts[kept])

    def position(self, instant: int) -> float:
        """Return where an instant (microseconds, UTC) lies on the timeline: within its window, at the same share."""
        if not self.windows:
            return instant / 1000
        place = int(
            np.clip(np.searchsorted(self.starts, instant, side="right") - 1, 0, len(self.windows) - 1)
        )
        return float(self.timeline.start[place]) + (instant - self.windows[place].start) / 1000


def period(tx: Transaction, model: str, version: str, span: str) -> Period:
    """Return the period of a version that `span` asks for."""
    found = closed(tx, model, version, span)
    zone = _zone(tx, model)
    spans = [Window(w.start, w.end, w.label) for w in found]
    starts = np.array([w.start for w in found], np.int64)
    return Period(model, version, found, Timeline.of(spans, utc_offset=_offsets(found, zone)), starts)


def between(tx: Transaction, model: str, version: str, start: int, end: int) -> Period:
    """Return the windows of a version that begin in ``[start, end)``, open ones too."""
    found = tuple(windows.listing(tx, model, version, start=start, end=end))
    timeline = Timeline.of([Window(w.start, w.end, w.label) for w in found])
    return Period(model, version, found, timeline, np.array([w.start for w in found], np.int64))


def closed(tx: Transaction, model: str, version: str, span: str) -> tuple[StoredWindow, ...]:
    """Return the closed windows of a period, oldest first."""
    newest, days = windows.latest_of(tx, model, version), DAYS.get(span, 30)
    start = None if days is None or newest is None else newest.end - days * DAY
    return tuple(w for w in windows.listing(tx, model, version, start=start) if w.closed)


def _zone(tx: Transaction, model: str) -> str:
    file = monitors.current(tx, model)
    return Monitor.from_toml(file.toml).windows.timezone if file else "UTC"


def _offsets(found: tuple[StoredWindow, ...], zone: str) -> list[float] | float:
    """Return by how many seconds the clock of the labels is ahead of UTC in each window."""
    if zone == "UTC":
        return 0.0
    tz = zone_named(zone)
    moments = (datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(tz) for w in found)
    return [offset.total_seconds() if (offset := m.utcoffset()) else 0.0 for m in moments]
