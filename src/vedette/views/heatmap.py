"""Drift of every feature over time: features by impact, one fixed scale, a dot where the evidence passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.numerals import number
from vedette.views.chart import NAMES, WIDTH, frame, labels, name_axis, rows
from vedette.views.table import Table
from vedette.views.timeline import Floats, Timeline, along, brush, runs, zoom
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

#: Most rows and columns that are drawn.
FEATURES = 30
WINDOWS = 120
_ROW = 20
#: From this part of the scale on a cell is so dark (on a dark page so light) that what lies on it must turn.
_STRONG = 4 / 7


class Heatmap(msgspec.Struct, frozen=True, kw_only=True):
    """Effects of f features over w windows.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name : str
        What the effect is, as people read it.
    features : tuple of str, f names
    timeline : Timeline, w windows
    effect : ndarray of shape (f, w)
        Debiased effect, 0 or less where nothing changed; nan without evidence.
    passed : ndarray of shape (f, w), bool
        Where the change is beyond chance.
    impact : ndarray of shape (f,), optional
        What orders the features; without it their strongest effect does.
    top : float
        Effect at which the scale ends. It is fixed, so that colours mean the same on every page.
    anchors : tuple of str, optional
        Id on the page of each feature's own chart; a click leads there.
    links : tuple of str, optional
        Address of each feature's own page, where it has one; a click leads there instead.
    """

    title: str
    name: str
    features: tuple[str, ...]
    timeline: Timeline
    effect: Floats
    passed: npt.NDArray[np.bool_]
    impact: Floats | None = None
    top: float = 0.25
    anchors: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def order(self) -> list[int]:
        """Return the features from the most to the least important."""
        strongest = np.max(np.nan_to_num(self.effect, nan=-np.inf), axis=1, initial=-np.inf)
        weight = strongest if self.impact is None else np.nan_to_num(self.impact, nan=-np.inf)
        order: list[int] = np.lexsort((np.arange(len(self.features)), -strongest, -weight)).tolist()
        return order

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture, of at most `FEATURES` rows and `WINDOWS` columns."""
        import altair as alt

        cells = _Cells(self, lang)
        shown = len(cells.order)
        remarks = joined(
            self.name,
            say(lang, "dot_is_evidence"),
            say(lang, "shown_of", shown=shown, total=len(self.features))
            if shown < len(self.features)
            else "",
            say(lang, "heat_merged", k=cells.stride) if cells.stride > 1 else "",
        )
        words = frame(self.title, remarks, joined(self.title, self.name, *self._leaders(lang)), left=NAMES)
        layers = [cells.coloured(), *cells.dots()]
        return alt.LayerChart(
            layer=layers, width=WIDTH, height=_ROW * max(shown, 1), params=zoom(self.timeline), **words
        )

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a feature: its strongest window and the newest one."""
        header = [say(lang, key) for key in ("feature", "effect", "window", "now", "evidence")]
        return Table.of(header, self._rows(lang), total=len(self.features))

    def _rows(self, lang: Lang) -> Iterator[tuple[str | float | None, ...]]:
        for i in self.order():
            effect = self.effect[i]
            if not np.isfinite(effect).any():
                yield self.features[i], None, "", None, say(lang, "no")
                continue
            peak = int(np.nanargmax(effect))
            evidence = say(lang, "yes" if self.passed[i].any() else "no")
            yield (
                self.features[i],
                float(effect[peak]),
                self.timeline.labels[peak],
                float(effect[-1]),
                evidence,
            )

    def _leaders(self, lang: Lang) -> list[str]:
        return [
            f"{row[0]} {number(row[1] if isinstance(row[1], float) else None)}"
            for row in self.table(lang).rows[:3]
        ]


class _Cells:
    """The drawn cells of a heat map: the first features, windows thinned to their strongest."""

    def __init__(self, view: Heatmap, lang: Lang) -> None:
        self.view, self.lang = view, lang
        self.order = view.order()[:FEATURES]
        self.names = labels(view.features[i] for i in self.order)
        self.stride = view.timeline.stride(WINDOWS)
        self.timeline = view.timeline.thinned(self.stride)
        known = np.nan_to_num(view.effect[self.order], nan=-np.inf)
        self.effect = runs(known, self.stride, -np.inf).max(axis=-1)
        passed = runs(view.passed[self.order].astype(float), self.stride, 0.0).max(axis=-1) > 0
        self.passed = passed & np.isfinite(self.effect)

    def y(self) -> alt.Y:
        """Return the channel of the features' names."""
        import altair as alt

        scale = alt.Scale(domain=self.names, paddingInner=0.08)
        return alt.Y("f:N", sort=None, scale=scale, axis=name_axis())

    def coloured(self) -> alt.Chart:
        """Return the cells."""
        import altair as alt

        # Steps, not a blend: they keep apart on any screen, and follow the theme of the page.
        scale = alt.Scale(type="quantize", domain=[0, self.view.top], range="heatmap")
        legend = alt.Legend(orient="top", direction="horizontal", format=".2~f")
        tooltip = [
            alt.Tooltip("f:N", title=say(self.lang, "feature")),
            alt.Tooltip("window:N", title=say(self.lang, "window")),
            alt.Tooltip("e:Q", title=say(self.lang, "effect"), format=".3f"),
            alt.Tooltip("told:N", title=say(self.lang, "evidence")),
        ]
        yes, no = say(self.lang, "yes"), say(self.lang, "no")
        marks = self._cells(np.isfinite(self.effect)).transform_calculate(told=f"datum.p ? '{yes}' : '{no}'")
        linked = {"href": alt.Href("to:N")} if self.view.anchors or self.view.links else {}
        drawn: alt.Chart = marks.mark_rect(style="cell", clip=True).encode(
            x=self._x("a", leads=True),
            x2=alt.X2("b"),
            y=self.y(),
            color=alt.Color("e:Q", scale=scale, legend=legend),
            tooltip=tooltip,
            **linked,
        )
        return drawn.add_params(brush())

    def dots(self) -> Iterator[alt.Chart]:
        """Yield the marks of evidence: dark on the weak steps of the scale, light on the strong ones."""
        strong = self.effect > self.view.top * _STRONG
        for style, where in (("evidence", self.passed & ~strong), ("evidence-strong", self.passed & strong)):
            if where.any():
                marks = self._cells(where).mark_point(style=style, clip=True)
                yield marks.encode(x=self._x("m"), y=self.y())

    def _x(self, field: str, *, leads: bool = False) -> alt.X:
        return along(self.timeline, field, self.lang, leads=leads)

    def _cells(self, where: npt.NDArray[np.bool_]) -> alt.Chart:
        """Return chosen cells as row, column, effect; names and dates are looked up, not repeated in each."""
        import altair as alt

        row, column = np.nonzero(where)
        passed = self.passed[row, column].astype(int).tolist()
        effect = [round(e, 4) for e in self.effect[row, column].tolist()]
        cells = rows({"i": row.tolist(), "j": column.tolist(), "e": effect, "p": passed})
        feature, window = self._features(), self._windows()
        return (
            alt.Chart(cells)
            .transform_lookup(
                "i", from_=alt.LookupData(data=rows(feature), key="i", fields=list(feature)[1:])
            )
            .transform_lookup("j", from_=alt.LookupData(data=rows(window), key="j", fields=list(window)[1:]))
        )

    def _features(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {"i": list(range(len(self.order))), "f": self.names}
        to = self.view.links or tuple(f"#{anchor}" for anchor in self.view.anchors)
        if to:
            found["to"] = [to[i] for i in self.order]
        return found

    def _windows(self) -> dict[str, list[Any]]:
        start, end = self.timeline.start, self.timeline.end
        places = {"a": start, "b": end, "m": (start + end) / 2}
        positions = {name: [round(t) for t in values] for name, values in places.items()}
        return {"j": list(range(len(start))), **positions, "window": list(self.timeline.labels)}
