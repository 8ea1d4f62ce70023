"""A band that goes along a series window by window, and remembers a past longer than what it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vedette.rules._band import Banded, Kind, Side, Stream, Told, banded, learning, scale
from vedette.rules._slots import slots_of
from vedette.values import Floats, Window

#: Windows of which the band is kept beside the series.
KEPT = 256
#: Windows whose widths tell that of a new one: the days on which a clock is changed are longer or shorter.
_NEIGHBOURS = 64
_Point = tuple[float, float, float]


class Course:
    """A band as far as a series has come.

    A point is judged once, when it first comes; what is learnt of it stays learnt.

    Parameters
    ----------
    kind, alpha, side
        As `vedette.rules._band.band` takes them.
    zone : str
        IANA name.
    """

    def __init__(self, kind: Kind, alpha: float, side: Side, zone: str) -> None:
        self._kind, self._alpha, self._side, self._zone = kind, alpha, side, zone
        self._windows: list[Window] = []
        self._points: list[_Point] = []
        self._told: list[Told] = []
        self._seen = 0
        self._stream: Stream | None = None
        self._tables: tuple[list[int], ...] = ()
        self._forward: Callable[[float], float] = float
        self._back: Callable[[float], float] = float
        self._needed = 0

    @property
    def last(self) -> int | None:
        """Begin of the last window it has come to."""
        return self._windows[-1].start if self._windows else None

    def go_on(self, windows: Sequence[Window], values: Floats, rows: Floats, spread: Floats) -> None:
        """Take the next points of the series, in order of time."""
        self._windows += windows
        points = list(zip(values.tolist(), rows.tolist(), spread.tolist(), strict=True))
        self._points += points
        if self._stream is None or self._seen < self._needed:
            self._begin()  # its scale rests on the first points, which are still coming
        else:
            new = slots_of(self._windows[-_NEIGHBOURS - len(points) :], self._zone).tables
            for table, more in zip(self._tables, new, strict=True):
                table.extend(more[-len(points) :])
            self._step(points)
        del self._windows[:-KEPT], self._told[:-KEPT]
        if self._seen >= self._needed:
            self._points.clear()

    def beside(self, windows: Sequence[Window]) -> Banded:
        """Return the band beside some windows; where it has not been, or no longer knows, it says nothing."""
        place = {w.start: told for w, told in zip(self._windows, self._told, strict=True)}
        silent: Told = (np.nan, np.nan, np.nan, np.nan, False, False, 0)
        return banded([place.get(w.start, silent) for w in windows], self._back, self._needed)

    def _begin(self) -> None:
        slots = slots_of(self._windows, self._zone)
        self._needed = learning(slots)
        values = np.array([value for value, _, _ in self._points])
        self._forward, self._back, natural = scale(values, self._kind, self._needed)
        self._stream = Stream(slots, natural, self._kind, self._alpha, self._side, self._needed)
        self._tables, self._seen, self._told = slots.tables, 0, []
        self._step(self._points)

    def _step(self, points: Sequence[_Point]) -> None:
        assert self._stream is not None
        for value, rows, spread in points:
            seen = self._forward(value) if np.isfinite(value) else value
            self._told.append(self._stream.step(self._seen, seen, rows, spread))
            self._seen += 1
