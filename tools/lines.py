"""A chart of the documentation: lines, a band and dots over one axis, each named where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import altair as alt
import msgspec
import numpy as np
import numpy.typing as npt

from vedette.views.chart import LEFT, WIDTH, frame, number_axis, rows
from vedette.views.series import Marker
from vedette.views.table import Table
from vedette.views.timeline import Timeline, along, zoom
from vedette.views.words import Lang

Floats = npt.NDArray[np.float64]
_HEIGHT = 220
#: Pixels right of the plot for the names of lines.
_ROOM = 132
_SHAPES = {"info": "circle", "watch": "triangle-up", "act": "diamond"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Values over the windows, drawn in a style of `vedette.views.theme`; nan is a gap.

    Attributes
    ----------
    name : str
        Written beside its last point.
    values : ndarray of shape (w,)
    style : str
        Of a line, or of points where `dots`.
    shift : int
        Pixels by which the name is moved down.
    back : int
        Windows before the last visible one at which the name stands.
    """

    name: str
    values: Floats
    style: str = "metric"
    dots: bool = False
    shift: int = 0
    back: int = 0


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines over the windows of a timeline.

    Attributes
    ----------
    title, remarks : str
        What is to be seen, as a sentence; what is drawn how.
    timeline : Timeline, w windows
    lines : tuple of Line
    bands : tuple of pair of ndarray of shape (w,)
        Lower and upper ends, the widest first.
    domain : pair of float
        Visible part of the y axis.
    form : str
        Number format of the y axis, as d3 writes it.
    log : bool
    limit : (float, str), optional
        A level with its name.
    shaded : ndarray of shape (w,), bool, optional
        Windows with a grey background.
    marks : tuple of Marker
    steps : str
        What the windows are called where they have no time.
    """

    title: str
    remarks: str
    timeline: Timeline
    lines: tuple[Line, ...]
    domain: tuple[float, float]
    bands: tuple[tuple[Floats, Floats], ...] = ()
    form: str = "~g"
    log: bool = False
    limit: tuple[float, str] | None = None
    shaded: npt.NDArray[np.bool_] | None = None
    marks: tuple[Marker, ...] = ()
    steps: str = "window"

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture."""
        layers = [*self._behind(lang), *self._drawn(lang), *self._named(lang), *self._marked(lang)]
        words = frame(self.title, self.remarks, self.title, left=LEFT, right=_ROOM)
        return alt.LayerChart(layer=layers, width=WIDTH, height=_HEIGHT, params=zoom(self.timeline), **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a window."""
        values = zip(*(line.values.tolist() for line in self.lines), strict=True)
        told = ((name, *row) for name, row in zip(self.timeline.labels, values, strict=True))
        return Table.of(["", *(line.name for line in self.lines)], told)

    @property
    def _middle(self) -> npt.NDArray[Any]:
        # Whole milliseconds: as floats they would lose digits on their way into the chart.
        middle = (self.timeline.start + self.timeline.end) / 2
        return np.round(middle).astype(np.int64) if self.timeline.kind == "time" else middle

    def _x(self, field: str, lang: Lang) -> alt.X:
        channel = along(self.timeline, field, lang)
        if self.timeline.kind != "time":
            channel["axis"]["title"] = self.steps
        return channel

    def _y(self, field: str) -> alt.Y:
        scale = alt.Scale(domain=self.domain, nice=False, zero=False, type="log" if self.log else "linear")
        return alt.Y(f"{field}:Q", scale=scale, axis=number_axis(LEFT, format=self.form))

    def _behind(self, lang: Lang) -> Iterator[alt.Chart]:
        if self.shaded is not None:
            spans = {"a": self.timeline.start[self.shaded], "b": self.timeline.end[self.shaded]}
            grey = alt.Chart(rows({key: ends.tolist() for key, ends in spans.items()})).mark_rect(style="gap")
            yield grey.encode(x=self._x("a", lang), x2=alt.X2("b"))
        for low, high in self.bands:
            ends = {"m": self._middle, "lo": low, "hi": high, "g": _runs(low)}
            area = alt.Chart(_points(ends)).mark_area(style="band", clip=True)
            yield area.encode(
                x=self._x("m", lang), y=self._y("lo"), y2=alt.Y2("hi"), detail=alt.Detail("g:N")
            )
        if self.limit is not None:
            level = alt.Chart(rows({"v": [self.limit[0]], "text": [self.limit[1]]}))
            yield level.mark_rule(style="threshold").encode(y=self._y("v"))
            words = level.mark_text(style="threshold-label", dx=4, dy=-4)
            yield words.encode(y=self._y("v"), x=alt.value(0), text=alt.Text("text:N"))

    def _drawn(self, lang: Lang) -> Iterator[alt.Chart]:
        for line in self.lines:
            data = alt.Chart(_points({"m": self._middle, "v": line.values, "g": _runs(line.values)}))
            style: dict[str, Any] = {"style": line.style, "clip": True}
            mark = data.mark_point(**style) if line.dots else data.mark_line(**style)
            yield mark.encode(x=self._x("m", lang), y=self._y("v"), detail=alt.Detail("g:N"))

    def _named(self, lang: Lang) -> Iterator[alt.Chart]:
        for line in self.lines:
            bottom, top = self.domain
            last = int(np.flatnonzero((line.values >= bottom) & (line.values <= top))[-1]) - line.back
            point = {"m": [self._middle[last].item()], "v": [float(line.values[last])], "text": [line.name]}
            end = alt.Chart(rows(point))
            name = end.mark_text(style="quiet-label" if line.dots else "label", dx=8, dy=line.shift)
            yield name.encode(x=self._x("m", lang), y=self._y("v"), text=alt.Text("text:N"))

    def _marked(self, lang: Lang) -> Iterator[alt.Chart]:
        for mark in self.marks:
            at = alt.Chart(rows({"m": [round(mark.at)], "text": [mark.text]}))
            yield at.mark_rule(style=f"marker-{mark.level}").encode(x=self._x("m", lang))
            flag = at.mark_point(style=f"flag-{mark.level}", shape=_SHAPES[mark.level])
            yield flag.encode(x=self._x("m", lang), y=alt.value(0))
            if mark.text:
                words = at.mark_text(style="quiet-label", dx=8, dy=8)
                yield words.encode(x=self._x("m", lang), y=alt.value(0), text=alt.Text("text:N"))


def _points(columns: dict[str, npt.NDArray[Any]]) -> alt.InlineData:
    """Return the windows that have all values as the data of a chart."""
    there = np.isfinite(np.stack([*columns.values()])).all(axis=0)
    return rows({key: values[there].tolist() for key, values in columns.items()})


def _runs(values: Floats) -> Floats:
    """Return for each window the number of its unbroken run of values."""
    there = np.isfinite(values)
    return np.cumsum(np.concatenate(([0], there[1:] != there[:-1]))).astype(float)
