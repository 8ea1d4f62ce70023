"""A metric by segment: a dot with its interval, what surely does worst at the top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.numerals import interval, number
from vedette.sentences.titles import unit_in
from vedette.values import Direction, Estimates
from vedette.views.chart import NAMES, RIGHT, WIDTH, frame, labels, name_axis, rows
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

#: Most segments that are drawn.
SHOWN = 20
_ROW = 24


class Segments(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over s segments.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name, unit : str
        What is measured.
    segments : tuple of str, s distinct names
    current, reference : Estimates of shape (s,)
    share : ndarray of shape (s,), optional
        Share of all rows.
    better : {"higher", "lower", "neither"}
    overall : float, optional
        The metric over all rows, drawn as a line.
    """

    title: str
    name: str
    segments: tuple[str, ...]
    current: Estimates
    unit: str = ""
    reference: Estimates | None = None
    share: Floats | None = None
    better: Direction = "higher"
    overall: float | None = None

    def label(self, lang: Lang = "en") -> str:
        """Return what is measured, with its unit."""
        return self.name if self.unit in ("", "share") else f"{self.name} ({unit_in(lang, self.unit)})"

    def order(self) -> list[int]:
        """Return the segments from worst to best, those without a value last.

        A segment ranks by the better end of its interval: a small one does not lead by noise alone.
        """
        sign = 1.0 if self.better != "lower" else -1.0
        kind = self.current.high if sign > 0 else self.current.low
        end = np.where(np.isfinite(kind), kind, self.current.value)
        order: list[int] = np.argsort(np.nan_to_num(sign * end, nan=np.inf), kind="stable").tolist()
        return order

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture, of at most `SHOWN` segments."""
        import altair as alt

        known = [i for i in self.order() if np.isfinite(self.current.value[i])]
        order = known[:SHOWN]
        layers = [*_Dots(self, order, lang).layers()]
        remarks = joined(
            self.label(lang),
            say(lang, "hollow_is_reference") if self.reference is not None else "",
            say(lang, f"{self.better}_is_better") if self.better != "neither" else "",
            say(lang, "worst_shown", shown=SHOWN, total=len(known)) if len(known) > SHOWN else "",
        )
        worst = [f"{self.segments[i]} {number(float(self.current.value[i]), self.unit)}" for i in order[:3]]
        words = frame(self.title, remarks, joined(self.title, *worst), left=NAMES, right=RIGHT)
        return alt.LayerChart(layer=layers, width=WIDTH, height=_ROW * max(len(order), 1), **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a segment, in the order of the chart."""
        header = [
            say(lang, key) for key in ("segment", "value", "interval", "rows", "reference", "share_of_rows")
        ]
        units = ("", self.unit, "", "", self.unit, "share")
        return Table.of(header, self._rows(lang), units, total=len(self.segments))

    def _rows(self, lang: Lang) -> Iterator[tuple[str | float | None, ...]]:
        for i in self.order():
            one = self.current[i]
            then = None if self.reference is None else self.reference[i].value
            share = None if self.share is None else float(self.share[i])
            shown: str | float | None = say(lang, one.reason) if one.reason else one.value
            yield self.segments[i], shown, interval(one.low, one.high, self.unit), one.n, then, share


class _Dots:
    """The layers of a dot plot of the segments in `order`."""

    def __init__(self, view: Segments, order: list[int], lang: Lang) -> None:
        import altair as alt

        self.view, self.order, self.lang = view, order, lang
        self.names = labels(view.segments[i] for i in order)
        self.base = alt.Chart(rows(self._columns()))
        sorting = alt.Scale(domain=self.names, paddingInner=0.2)
        self.y = alt.Y("name:N", sort=None, scale=sorting, axis=name_axis(grid=True))

    def x(self, field: str) -> alt.X:
        """Return the channel of the metric."""
        import altair as alt

        title = self.view.label(self.lang)
        axis = alt.Axis(format="%" if self.view.unit == "share" else "~r", tickCount=5, title=title)
        return alt.X(f"{field}:Q", scale=alt.Scale(zero=False, nice=True, padding=8), axis=axis)

    def _columns(self) -> dict[str, list[str] | list[float]]:
        view, order = self.view, self.order
        found: dict[str, list[str] | list[float]] = {
            "name": self.names,
            "v": view.current.value[order].tolist(),
            "lo": view.current.low[order].tolist(),
            "hi": view.current.high[order].tolist(),
            "value": [number(v, view.unit) for v in view.current.value[order].tolist()],
            "interval": [
                interval(*pair, view.unit)
                for pair in zip(view.current.low[order], view.current.high[order], strict=True)
            ],
            "rows": [number(n) for n in view.current.n[order].tolist()],
        }
        if view.reference is not None:
            then = view.reference.value[order].tolist()
            found |= {"r": then, "reference": [number(v, view.unit) for v in then]}
        return found

    def layers(self) -> Iterator[alt.Chart]:
        """Yield the overall value, the way from the reference, interval, dots and numbers."""
        import altair as alt

        titles = {"name": "segment", "value": "value", "interval": "interval", "rows": "rows"}
        if self.view.overall is not None:
            line = alt.Chart(rows({"v": [self.view.overall]})).mark_rule(style="reference-line")
            yield line.encode(x=self.x("v"))
        if self.view.reference is not None:
            titles["reference"] = "reference"
            known = self.base.transform_filter("isValid(datum.r)")
            yield known.mark_rule(style="link").encode(y=self.y, x=self.x("r"), x2=alt.X2("v"))
            yield known.mark_point(style="reference-point").encode(y=self.y, x=self.x("r"))
        tooltip = [alt.Tooltip(f"{field}:N", title=say(self.lang, key)) for field, key in titles.items()]
        if np.isfinite(self.view.current.low[self.order]).any():
            yield self.base.mark_rule(style="interval").encode(y=self.y, x=self.x("lo"), x2=alt.X2("hi"))
        yield self.base.mark_point(style="point").encode(y=self.y, x=self.x("v"), tooltip=tooltip)
        at_the_right = {"x": alt.value("width"), "text": alt.Text("value:N")}
        yield self.base.mark_text(style="label", dx=8).encode(y=self.y, **at_the_right)
