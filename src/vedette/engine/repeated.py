"""Windows that hold the very rows of an earlier one: a delivery that was loaded twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vedette.engine.cube import Cube
from vedette.layout import Layout
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Window

#: Fewer rows than this may be the same by chance.
ROWS = 50


class Repeated(NamedTuple):
    """A window and the earlier one whose rows it holds."""

    again: Window
    first: Window


def repeated_windows(cube: Cube, layout: Layout) -> list[Repeated]:
    """Return the windows whose rows are those of an earlier window, in order of time.

    It answers whether a day was loaded twice under new ids or times. It misses a window of which a part came again,
    and needs a column of many values: few distinct rows may come again by chance.
    """
    spec = layout.fingerprint()
    state = cube.state(spec) if spec is not None else None
    if state is None:
        return []
    seen: dict[tuple[int, int], Window] = {}
    found: list[Repeated] = []
    for window, rows, total in zip(
        cube.windows, state["rows"].tolist(), state["total"].tolist(), strict=True
    ):
        first = seen.setdefault((rows, total), window)
        if rows >= ROWS and first is not window:
            found.append(Repeated(window, first))
    return found


def repeated_findings(cube: Cube, layout: Layout) -> Iterator[Finding]:
    """Yield a finding for each such window."""
    for one in repeated_windows(cube, layout):
        yield Finding.saying(
            Sentence.of("rows.repeated", again=one.again.label, first=one.first.label),
            rule="repeated_window",
            metric="row_count",
            level="act",
            window=one.again,
            until=one.again,
        )
