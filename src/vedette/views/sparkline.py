"""A series in the height of a line: as SVG for pages, as blocks for terminals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vedette.views.markup import tag

_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTH, _HEIGHT, _PAD = 120, 24, 3
#: Most points of one sparkline.
POINTS = 120

Values = Sequence[float | None]


def thinned(values: Values, most: int) -> list[float | None]:
    """Return means of equal runs, at most `most` of them; a run without any value is a gap.

    Examples
    --------
    >>> thinned([1.0, 3.0, None, None], 2)
    [2.0, None]
    """
    stride = max(1, -(-len(values) // most))
    runs = [[v for v in values[i : i + stride] if _known(v)] for i in range(0, len(values), stride)]
    return [sum(run) / len(run) if run else None for run in runs]  # type: ignore[arg-type]


def blocks(values: Values, width: int) -> str:
    """Return a line of blocks, spaces in gaps.

    Examples
    --------
    >>> blocks([0.0, 0.5, None, 1.0], 8)
    '▁▅ █'
    """
    points = thinned(values, width)
    known = [v for v in points if v is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(" " if v is None else _BLOCKS[min(int((v - low) / span * 8), 7)] for v in points)


def drawn(values: Values, reference: float | None = None) -> str:
    """Return an SVG of the series with its reference as a grey line and a dot on the newest value."""
    points = thinned(values, POINTS)
    known = [v for v in points if v is not None]
    if len(known) < 2:
        return ""
    seen = [*known, reference] if _known(reference) else known
    low, high = min(seen), max(seen)  # type: ignore[type-var]
    step = (_WIDTH - 2 * _PAD) / max(len(points) - 1, 1)

    def place(i: int, value: float) -> str:
        up = 0.5 if high == low else (value - low) / (high - low)  # type: ignore[operator]
        return f"{_PAD + i * step:.1f},{_HEIGHT - _PAD - up * (_HEIGHT - 2 * _PAD):.1f}"

    level = "" if not _known(reference) else place(0, reference).split(",")[1]  # type: ignore[arg-type]
    line = tag("path", d=f"M{_PAD} {level}H{_WIDTH - _PAD}", class_="level") if level else ""
    last = max(i for i, v in enumerate(points) if v is not None)
    x, y = place(last, points[last]).split(",")  # type: ignore[arg-type]
    dot = tag("circle", cx=x, cy=y, r="2.5")
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    return tag("svg", line, *_strokes(points, place), dot, viewBox=box, class_="spark", aria_hidden="true")


def _strokes(points: list[float | None], place: object) -> list[str]:
    """Return one line for each unbroken run of values."""
    assert callable(place)
    runs: list[list[str]] = [[]]
    for i, value in enumerate(points):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(i, value))
    return [tag("polyline", points=" ".join(run if len(run) > 1 else run * 2)) for run in runs if run]


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
