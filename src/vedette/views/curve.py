"""A curve over the unit square, now and in the reference: what ROC and precision-recall share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vedette.numerals import number
from vedette.views.chart import number_axis, rows
from vedette.views.timeline import Floats
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt

#: Most points of a curve.
POINTS = 200

Curve = tuple[Floats, Floats]


def unit_curve(curve: Curve, style: str, titles: tuple[str, str], lang: Lang) -> alt.Chart:
    """Return the line through x and y, each of shape (k,), in the order given, of at most `POINTS` points."""
    import altair as alt

    x, y = thinned(curve)
    told = {"across": [number(v) for v in x], "up": [number(v) for v in y]}
    data = rows({"x": x.tolist(), "y": y.tolist(), "i": list(range(len(x))), **told})
    scale = alt.Scale(domain=[0, 1])
    tooltip = [alt.Tooltip("across:N", title=titles[0]), alt.Tooltip("up:N", title=titles[1])]
    if style == "reference-curve":
        tooltip.insert(0, alt.Tooltip("kind:N", title=say(lang, "kind")))
    line = alt.Chart(data).transform_calculate(kind=f"'{say(lang, 'reference')}'").mark_line(style=style)
    drawn: alt.Chart = line.encode(
        x=alt.X("x:Q", scale=scale, axis=alt.Axis(title=titles[0], tickCount=5)),
        y=alt.Y("y:Q", scale=scale, axis=number_axis(title=titles[1], tickCount=5)),
        order=alt.Order("i:Q"),
        tooltip=tooltip,
    )
    return drawn


def straight(start: tuple[float, float], end: tuple[float, float]) -> alt.Chart:
    """Return the dotted line of what guessing achieves."""
    import altair as alt

    data = rows({"x": [start[0], end[0]], "y": [start[1], end[1]]})
    drawn: alt.Chart = alt.Chart(data).mark_line(style="diagonal").encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    return drawn


def thinned(curve: Curve) -> Curve:
    """Return the points that stand about evenly along the curve, both ends kept.

    Examples
    --------
    >>> x = np.linspace(0, 1, 10_001)
    >>> len(thinned((x, x))[0]) <= POINTS
    True
    """
    x, y = curve
    if len(x) <= POINTS:
        return curve
    walked = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))))
    kept = np.unique(np.searchsorted(walked, np.linspace(0, walked[-1], POINTS)).clip(0, len(x) - 1))
    return x[kept], y[kept]
