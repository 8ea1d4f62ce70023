"""What must be counted of a line, cut into pieces that are read, counted and written at once."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence

import msgspec

from vedette.server.evaluation.line import Line
from vedette.store.windows import DirtyWindow
from vedette.values import Window

#: Windows in one piece.
GROUP = 16
#: Rows read at once, about; a single window is read whole.
ROWS = 200_000


class Chunk(msgspec.Struct, frozen=True):
    """Neighbouring windows, and the marks that are done with when they are written."""

    windows: list[Window]
    dirty: list[DirtyWindow]


class Work:
    """Windows of a line to count, in order of time: those that are marked, and those between that had no rows.

    Parameters
    ----------
    line : Line
    marks : dict of int to list of DirtyWindow
        By the number of the window they lie in.
    """

    def __init__(self, line: Line, marks: dict[int, list[DirtyWindow]]) -> None:
        self._line, self._marks = line, marks
        unknown = (i for i, w in enumerate(line.axis.windows) if w.start not in line.known)
        self._places = sorted({*marks, *unknown})

    @classmethod
    def of(cls, line: Line, dirty: Sequence[DirtyWindow]) -> Work:
        """Return the work of a line that knows its axis, from marks at any instant within a window."""
        marks: dict[int, list[DirtyWindow]] = {}
        for mark in dirty:
            line.axis.reach(mark.start)
        for mark in dirty:
            marks.setdefault(line.axis.at(mark.start), []).append(mark)
        return cls(line, marks)

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Yield the pieces; `rows` is how many the line has in all, to tell how many windows are read at once."""
        usual = rows / max(len(self._line.axis.windows), 1)
        size = 1 if self._line.depth else max(1, min(GROUP, int(ROWS / max(usual, 1))))
        run: list[int] = []
        for place in self._places:
            if run and (
                place != run[-1] + 1 or len(run) == size or (place in self._marks) != (run[-1] in self._marks)
            ):
                yield self._chunk(run)
                run = []
            run.append(place)
        if run:
            yield self._chunk(run)

    def after(self, chunk: Chunk) -> int | None:
        """Return the beginning of the next window to count after a piece, None after the last."""
        windows = self._line.axis.windows
        starts = [windows[i].start for i in self._places]
        at = bisect.bisect_right(starts, chunk.windows[-1].start)
        return starts[at] if at < len(starts) else None

    def _chunk(self, run: Sequence[int]) -> Chunk:
        windows = [self._line.axis.windows[i] for i in run]
        return Chunk(windows, [mark for i in run for mark in self._marks.get(i, [])])
