"""When a window is complete: by the newest event seen, and by the clock where a model has fallen silent."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence

from vedette.engine.windows import Every, calendar
from vedette.store.models import Version
from vedette.values import Window

MICRO = 1_000_000
#: Seconds without any row after which the clock closes windows instead of events.
SILENCE = 300


def micros(length: str) -> int:
    """Return a length such as ``"7d"`` in microseconds; ``"0d"`` is none.

    Examples
    --------
    >>> micros("2d") // 1_000_000, micros("0d")
    (172800, 0)
    """
    number = length.strip().rstrip("minhdwo")
    if number.strip() == "0":
        return 0
    return round((Every.parse(length).days or 0.0) * 86_400) * MICRO


def watermark(newest_event: int, newest_arrival: int, now: int, silence: int = SILENCE * MICRO) -> int:
    """Return the instant before which no event is expected any more, all in microseconds.

    The newest event says how far time has come, also while a history is replayed; a model without rows for
    `silence` has no later event, and the clock takes over.

    Examples
    --------
    >>> watermark(100, newest_arrival=1_000, now=1_200, silence=300), watermark(100, 1_000, 1_400, 300)
    (100, 1400)
    """
    return max(newest_event, now) if now - newest_arrival >= silence else newest_event


class Axis:
    """The windows of one model in time order, without a gap; it grows at both ends as rows come.

    Parameters
    ----------
    every : Every
    zone : str

    Examples
    --------
    >>> axis = Axis(Every.parse("1d"), "UTC")
    >>> axis.reach(0)
    >>> axis.reach(2 * 86_400_000_000)
    >>> [w.label for w in axis.windows], axis.at(86_400_000_000 + 5)
    (['1970-01-01', '1970-01-02', '1970-01-03'], 1)
    """

    def __init__(self, every: Every, zone: str) -> None:
        self.every, self.zone = every, zone
        self.windows: list[Window] = []
        self._starts: list[int] = []

    def reach(self, event: int) -> None:
        """Grow until an event lies in a window."""
        if not self.windows:
            self._set(calendar(event, event, self.every, self.zone))
        elif event >= self.windows[-1].end:
            self._set([*self.windows, *calendar(self.windows[-1].end, event, self.every, self.zone)])
        elif event < self.windows[0].start:
            before = calendar(event, self.windows[0].start - 1, self.every, self.zone)
            self._set([*before, *self.windows])

    def at(self, event: int) -> int:
        """Return the number of the window of an event that the axis reaches."""
        return bisect.bisect_right(self._starts, event) - 1

    def between(self, first: int, last: int) -> Sequence[Window]:
        """Return the windows that touch events from `first` to `last`, both reached."""
        return self.windows[self.at(first) : self.at(last) + 1]

    def _set(self, windows: list[Window]) -> None:
        self.windows, self._starts = windows, [w.start for w in windows]


class Hearing:
    """When each model was last heard of, and up to which event: by that its windows close."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[int, int, int]] = {}
        self._began: int | None = None

    def hear(self, versions: Iterable[Version], now: int, before: Mapping[str, int] | None = None) -> None:
        """Take note of what has come by now; `before` says when models were last heard of that are new here."""
        self._began = now if self._began is None else self._began
        totals: dict[str, tuple[int, int]] = {}
        for version in versions:
            rows, event = totals.get(version.model, (0, 0))
            totals[version.model] = rows + version.rows, max(event, version.last_seen)
        for model, (rows, event) in totals.items():
            known = self._heard.get(model)
            if known is None:
                self._heard[model] = rows, event, (before or {}).get(model, now)
            elif known[0] != rows:
                self._heard[model] = rows, event, now

    def arrival(self, model: str) -> int | None:
        """Return when a row of a model last came, None where none ever did."""
        return self._heard[model][2] if model in self._heard else None

    def watermark(self, model: str, now: int) -> int:
        """Return the instant before which no event of a model is expected any more."""
        _, event, arrival = self._heard[model]
        # What was logged while the server was away comes first when it is back.
        return watermark(event, max(arrival, self._began or 0), now)
