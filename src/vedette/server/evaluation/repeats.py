"""Windows that hold the rows of an earlier one, told by the fingerprints of those at hand."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.engine.cube import Cube
from vedette.engine.repeated import Print, Repeated, first_of, prints
from vedette.layout import Layout
from vedette.values import Window


class Repeats:
    """The fingerprints of the newest windows of a line."""

    def __init__(self, layout: Layout, keep: int) -> None:
        self._layout, self._keep = layout, keep
        self._known: dict[int, Print] = {}

    def keep(self, cubes: Sequence[Cube]) -> None:
        """Take the fingerprints of some windows, in place of what they had; the oldest are forgotten."""
        for cube in cubes:
            self._known.update((one.window.start, one) for one in prints(cube, self._layout))
        for start in sorted(self._known)[: -self._keep]:
            del self._known[start]

    def of(self, window: Window, among: Sequence[Window]) -> Repeated | None:
        """Return the window if its rows are those of an earlier one of `among`, with that one."""
        wanted = [self._known[w.start] for w in among if w.start in self._known and w.start < window.start]
        mine = self._known.get(window.start)
        return first_of(mine, wanted) if mine is not None else None
