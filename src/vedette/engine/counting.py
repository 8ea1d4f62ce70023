"""The states of one window from its rows: the same scan as a whole history's, fed piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.labels import label_columns
from vedette.engine.scan import scan
from vedette.engine.windows import window_of
from vedette.instants import instants_of
from vedette.sentences.sentence import Sentence
from vedette.sources.frame import Frame
from vedette.spelling import one_array
from vedette.values import Note, Window


def count_window(rows: pa.Table, window: Window, definition: Definition) -> Cube:
    """Return the states of a window's rows, whose labels stand beside them; rows outside it are not counted.

    A column that the rows lack is missing in all of them, and noted.
    """
    if not rows.num_rows:
        return no_rows(window, definition)
    table, lacking = _filled(rows, definition)
    cube = scan(Frame(table), definition.layout, definition.wanted, [window], threads=1)
    cube.notes += [
        Note.saying("column.absent", Sentence.of("note.column_absent", column=name), name) for name in lacking
    ]
    return cube


def count_windows(rows: pa.Table, windows: Sequence[Window], definition: Definition) -> Iterator[Cube]:
    """Yield the states of each window, from rows that cover all of them."""
    time = str(definition.layout.schema.time)
    if not rows.num_rows or time not in rows.column_names:
        yield from (no_rows(window, definition) for window in windows)
        return
    place = window_of(instants_of(one_array(rows.column(time).chunks)).micros, list(windows))
    for i, window in enumerate(windows):
        yield count_window(rows.take(pa.array(np.flatnonzero(place == i))), window, definition)


def no_rows(window: Window, definition: Definition) -> Cube:
    """Return the states of a window in which nothing came."""
    cube = Cube([window], definition.segments)
    cube.fill_empty(definition.wanted.total, definition.wanted.by_segment)
    return cube


def _filled(rows: pa.Table, definition: Definition) -> tuple[pa.Table, list[str]]:
    """Return the rows with the columns that a scan cannot do without, and the names of those that had to be added."""
    layout = definition.layout
    features = {column.name for column in layout.columns if column.role == "feature"}
    optional = {*label_columns(layout.schema), layout.schema.label_time, *features}
    needed = [name for name in definition.wanted.columns(layout) if name not in optional]
    lacking = [name for name in needed if name not in rows.column_names]
    for name in lacking:
        rows = rows.append_column(name, pa.nulls(rows.num_rows))
    return rows, lacking
