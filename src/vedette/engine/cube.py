"""States over windows x segments: what one pass over the rows leaves behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from vedette.summaries.base import State, Summary
from vedette.values import Note, Window, joined

#: The dimension that holds all rows.
TOTAL = ""


class Cube:
    """States of some summaries for every window and segment.

    Attributes
    ----------
    windows : list of Window
        One window stands for all rows where no windows were asked for.
    segments : dict of str to list of str
        Segment values by dimension; ``TOTAL`` has one, the empty string.
    states : dict of (dimension, Summary) to State
        Cells in C order (window, segment).
    rows : int
        Rows counted.
    notes : list of Note
    """

    def __init__(self, windows: Sequence[Window], segments: Mapping[str, Sequence[str]]) -> None:
        self.windows = list(windows)
        self.segments = {TOTAL: [""], **{k: list(v) for k, v in segments.items()}}
        self.states: dict[tuple[str, Summary], State] = {}
        self.rows = 0
        self.notes: list[Note] = []

    def cells(self, dimension: str) -> int:
        """Return the number of cells of a dimension."""
        return len(self.windows) * len(self.segments[dimension])

    def state(self, spec: Summary, dimension: str = TOTAL) -> State | None:
        """Return the state of a spec, None when it was not counted."""
        return self.states.get((dimension, spec))

    def merge(self, other: Cube) -> Cube:
        """Return the cube of both sides' rows; the windows and segments must be the same."""
        both = Cube(self.windows, self._named())
        both.states = {key: state.merge(other.states[key]) for key, state in self.states.items()}
        both.rows, both.notes = self.rows + other.rows, joined([*self.notes, *other.notes])
        return both

    def over_time(self) -> Cube:
        """Return the cube of all windows merged into one."""
        if len(self.windows) == 1:
            return self
        first, last = self.windows[0], self.windows[-1]
        merged = Cube([Window(first.start, last.end, f"{first.label} – {last.label}")], self._named())
        for (dimension, spec), state in self.states.items():
            size = len(self.segments[dimension])
            groups = [np.arange(s, len(state), size) for s in range(size)]
            merged.states[dimension, spec] = state.fold(groups)
        merged.rows, merged.notes = self.rows, self.notes
        return merged

    def fill_total(self, specs: Iterable[Summary]) -> None:
        """Fold the segments of the first dimension into the total of every spec that was counted only there."""
        for spec in specs:
            for dimension in self._named():
                state = self.states.get((dimension, spec))
                if state is not None and (TOTAL, spec) not in self.states:
                    size = len(self.segments[dimension])
                    groups = list(np.arange(len(state)).reshape(-1, size))
                    self.states[TOTAL, spec] = state.fold(groups)

    def fill_empty(self, total: Iterable[Summary], by_segment: Iterable[Summary]) -> None:
        """Give every wanted spec a state, that of no rows where none was seen."""
        for spec in total:
            self.states.setdefault((TOTAL, spec), spec.empty(self.cells(TOTAL)))
        for dimension in self._named():
            for spec in by_segment:
                self.states.setdefault((dimension, spec), spec.empty(self.cells(dimension)))

    def _named(self) -> dict[str, list[str]]:
        return {k: v for k, v in self.segments.items() if k != TOTAL}
