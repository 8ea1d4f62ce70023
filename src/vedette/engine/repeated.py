"""Windows that hold the very rows of an earlier one: a delivery that was loaded twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


class Print(NamedTuple):
    """What tells the rows of a window from others, in whatever order and under whatever ids."""

    window: Window
    rows: int
    total: int


def prints(cube: Cube, layout: Layout) -> list[Print]:
    """Return the fingerprint of each window; none where no column has many values."""
    spec = layout.fingerprint()
    state = cube.state(spec) if spec is not None else None
    if state is None:
        return []
    counted = zip(cube.windows, state["rows"].tolist(), state["total"].tolist(), strict=True)
    return [Print(*one) for one in counted]


def first_of(one: Print, earlier: Sequence[Print]) -> Repeated | None:
    """Return a window with the first of some earlier ones that held its very rows, None where none did."""
    if one.rows < ROWS:
        return None
    same = (old.window for old in earlier if (old.rows, old.total) == (one.rows, one.total))
    return next((Repeated(one.window, first) for first in same), None)


def repeated_windows(cube: Cube, layout: Layout) -> list[Repeated]:
    """Return the windows whose rows are those of an earlier window, in order of time.

    It answers whether a day was loaded twice under new ids or times. It misses a window of which a part came again,
    and needs a column of many values: few distinct rows may come again by chance.
    """
    seen: dict[tuple[int, int], Print] = {}
    found: list[Repeated] = []
    for one in prints(cube, layout):
        first = seen.setdefault((one.rows, one.total), one)
        if again := first_of(one, [first] if first is not one else []):
            found.append(again)
    return found


def repeated_findings(cube: Cube, layout: Layout) -> Iterator[Finding]:
    """Yield a finding for each such window."""
    yield from map(repeated_finding, repeated_windows(cube, layout))


def repeated_finding(one: Repeated) -> Finding:
    """Return the finding that a window holds the rows of an earlier one."""
    return Finding.saying(
        Sentence.of("rows.repeated", again=one.again.label, first=one.first.label),
        rule="repeated_window",
        metric="row_count",
        level="act",
        window=one.again,
        until=one.again,
    )
