"""Incidents over time: one lane each, from its onset to the last window it was seen in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from vedette.values import Level
from vedette.views.chart import NAMES, WIDTH, frame, labels, name_axis, rows
from vedette.views.table import Table
from vedette.views.timeline import Timeline, along, brush, zoom
from vedette.views.words import LANGS, Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

#: Most lanes that are drawn.
LANES = 30
_ROW = 24
_SHAPES: dict[Level, str] = {"info": "circle", "watch": "triangle-up", "act": "diamond"}
#: Words for causes that name no column, and for kinds of causes: (English, Chinese).
CAUSES: dict[str, tuple[str, str]] = {
    "model": ("performance", "性能"),
    "volume": ("volume", "数据量"),
    "labels": ("labels", "标签"),
    "unit change": ("unit change", "单位变更"),
    "default value": ("default value", "默认值"),
    "missing burst": ("missing values", "缺失激增"),
    "swapped columns": ("swapped columns", "列互换"),
    "new category": ("new category", "新类别"),
    "covariate shift": ("covariate shift", "协变量偏移"),
    "label shift": ("label shift", "标签偏移"),
    "concept shift": ("concept shift", "概念偏移"),
    "label pipeline": ("label pipeline", "标签管道"),
    "duplicated data": ("duplicated data", "数据重复"),
    "joint drift": ("joint drift", "联合漂移"),
    "benign drift": ("benign drift", "良性漂移"),
}


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One incident.

    Attributes
    ----------
    cause : str
        Key of its cause: ``"column:dep_delay"``, ``"unit change:dep_delay"``, ``"model"``.
    level : Level
    start, found, end : float
        Positions on the timeline: onset, when it was found, end of the last window it was seen in.
    text : str
        What changed, in a sentence.
    standing : bool
        Whether it has not ended.
    """

    cause: str
    level: Level
    start: float
    found: float
    end: float
    text: str
    standing: bool = False


class Incidents(msgspec.Struct, frozen=True, kw_only=True):
    """The incidents of a period, in the order they opened.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    timeline : Timeline
    lanes : tuple of Lane
    """

    title: str
    timeline: Timeline
    lanes: tuple[Lane, ...]

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture: the newest `LANES` incidents, a bar from onset to end, a mark where it was found."""
        import altair as alt

        shown = self.lanes[-LANES:]
        names = labels(f"{i}  {cause_word(lane.cause, lang)}" for i, lane in self._numbered())
        total = len(self.lanes)
        remarks = joined(
            say(lang, "bar_is_incident"),
            say(lang, "newest_shown", shown=len(shown), total=total) if len(shown) < total else "",
        )
        words = frame(self.title, remarks, joined(self.title, *(lane.text for lane in shown[:3])), left=NAMES)
        hover = self._hover(names, lang)
        layers = [hover, *self._drawn(names, lang)]
        return alt.LayerChart(
            layer=layers, width=WIDTH, height=_ROW * max(len(shown), 1), params=zoom(self.timeline), **words
        )

    def table(self, lang: Lang = "en") -> Table:
        """Return one row an incident, the newest first."""
        keys = ("status", "cause", "from", "found_in", "to", "event")
        return Table.of([say(lang, key) for key in keys], self._rows(lang), total=len(self.lanes))

    def _numbered(self) -> list[tuple[int, Lane]]:
        return list(enumerate(self.lanes, 1))[-LANES:]

    def _rows(self, lang: Lang) -> Iterator[tuple[str | float | None, ...]]:
        for lane in reversed(self.lanes):
            last = say(lang, "still_open") if lane.standing else self._label(lane.end, before=True)
            begun = self._label(lane.start), self._label(lane.found)
            yield say(lang, lane.level), cause_word(lane.cause, lang), *begun, last, lane.text

    def _label(self, at: float, *, before: bool = False) -> str:
        """Return the label of the window that begins at a position, or of the one that ends there."""
        starts = self.timeline.start.tolist()
        place = (bisect_left if before else bisect_right)(starts, at) - 1
        return self.timeline.labels[min(max(place, 0), len(self.timeline) - 1)]

    def _base(self, lanes: list[Lane], names: list[str]) -> alt.Chart:
        import altair as alt

        columns: dict[str, list[Any]] = {
            "f": names,
            "a": [round(lane.start) for lane in lanes],
            "m": [round(lane.found) for lane in lanes],
            "b": [round(lane.end) for lane in lanes],
            "text": [lane.text for lane in lanes],
        }
        return alt.Chart(rows(columns))

    def _y(self, names: list[str]) -> alt.Y:
        import altair as alt

        return alt.Y("f:N", sort=None, scale=alt.Scale(domain=names, paddingInner=0.5), axis=name_axis())

    def _hover(self, names: list[str], lang: Lang) -> alt.Chart:
        import altair as alt

        lanes = list(self.lanes[-LANES:])
        marks = self._base(lanes, names).mark_rect(style="hover", clip=True)
        drawn: alt.Chart = marks.encode(
            x=along(self.timeline, "a", lang, leads=True),
            x2=alt.X2("b"),
            y=self._y(names),
            tooltip=[alt.Tooltip("text:N", title=say(lang, "event"))],
        )
        return drawn.add_params(brush())

    def _drawn(self, names: list[str], lang: Lang) -> Iterator[alt.Chart]:
        """Yield the bars and marks, level by level: a shape and a colour each."""
        import altair as alt

        paired = list(zip(self.lanes[-LANES:], names, strict=True))
        for level, shape in _SHAPES.items():
            chosen = [(lane, name) for lane, name in paired if lane.level == level]
            if not chosen:
                continue
            base = self._base([lane for lane, _ in chosen], [name for _, name in chosen])
            tooltip = [alt.Tooltip("text:N", title=say(lang, level))]
            bars = base.mark_bar(style=f"marker-{level}", clip=True, opacity=0.45)
            yield bars.encode(
                x=along(self.timeline, "a", lang), x2=alt.X2("b"), y=self._y(names), tooltip=tooltip
            )
            marks = base.mark_point(style=f"flag-{level}", shape=shape, clip=True)
            yield marks.encode(x=along(self.timeline, "m", lang), y=self._y(names), tooltip=tooltip)


def heading(lang: Lang = "en") -> str:
    """Return the heading under which incidents stand."""
    return say(lang, "incidents")


def counted(lanes: Sequence[Lane], lang: Lang = "en") -> str:
    """Return how many incidents there are, and how many have not ended, in a sentence."""
    return say(lang, "incidents_title", n=len(lanes), standing=sum(lane.standing for lane in lanes))


def cause_word(cause: str, lang: Lang = "en") -> str:
    """Return the word for a cause: what it is, and the column it is about.

    Examples
    --------
    >>> cause_word("unit change:dep_delay"), cause_word("column:dep_delay"), cause_word("model", "zh")
    ('unit change · dep_delay', 'dep_delay', '性能')
    """
    kind, _, column = cause.partition(":")
    word = CAUSES[kind][LANGS.index(lang)] if kind in CAUSES else "" if kind == "column" else kind
    return joined(word, column)
