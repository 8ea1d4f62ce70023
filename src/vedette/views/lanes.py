"""What happened, on the time axis of the page: incidents, deploys, and how many rows there were."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.numerals import number
from vedette.values import Level
from vedette.views.chart import LEFT, WIDTH, frame, number_axis, rows
from vedette.views.series import Marker
from vedette.views.table import Table
from vedette.views.timeline import Floats, Timeline, along, brush, runs, zoom
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt

_HEIGHT = 96
#: Pixels from the top: where a lane's marks lie, and where the bars of volume may begin.
_INCIDENTS, _DEPLOYS, _VOLUME = 8, 30, 48
_THICK = 8
#: Pixels from one row of incidents to the next, and rows at most: what does not fit lies over others in the last.
STEP, _ROWS = 10, 6
_GRAVE: dict[Level, int] = {"act": 0, "watch": 1, "info": 2}


class Span(msgspec.Struct, frozen=True):
    """Something that lasted from `start` to `end`, positions on the timeline."""

    start: float
    end: float
    text: str
    level: Level = "watch"


class Lanes(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Incidents, deploys and volume over the windows of a timeline.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    timeline : Timeline, w windows
    volume : ndarray of shape (w,)
        Rows of each window.
    incidents : tuple of Span
    deploys : tuple of Marker
    """

    title: str
    timeline: Timeline
    volume: Floats
    incidents: tuple[Span, ...] = ()
    deploys: tuple[Marker, ...] = ()

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture: two lanes of marks above bars; incidents that overlap lie in rows of their own."""
        import altair as alt

        stride = self.timeline.stride()
        remarks = joined(
            say(lang, "volume"),
            say(lang, "incidents_lane"),
            say(lang, "deploys_lane"),
            say(lang, "volume_merged", k=stride) if stride > 1 else "",
        )
        words = frame(self.title, remarks, self._description(lang))
        layers = [self._bars(lang, stride), *self._incidents(lang), *self._deploys(lang)]
        height = _HEIGHT + self._lower
        return alt.LayerChart(layer=layers, width=WIDTH, height=height, params=zoom(self.timeline), **words)

    @functools.cached_property
    def places(self) -> list[int]:
        """Row of each incident, 0 on top: the gravest go first, and none lies over another while there is room."""
        held: list[list[Span]] = [[] for _ in range(_ROWS)]
        found = [0] * len(self.incidents)
        for i in sorted(
            range(len(found)), key=lambda i: (_GRAVE[self.incidents[i].level], self.incidents[i].start)
        ):
            one = self.incidents[i]
            free = (
                k for k, row in enumerate(held) if all(one.end <= s.start or s.end <= one.start for s in row)
            )
            found[i] = next(free, _ROWS - 1)
            held[found[i]].append(one)
        return found

    @property
    def rows(self) -> int:
        """Rows of incidents."""
        return max(self.places, default=0) + 1

    @property
    def _lower(self) -> int:
        """By how many pixels what is below the incidents lies lower than under one row of them."""
        return STEP * (self.rows - 1)

    def table(self, lang: Lang = "en") -> Table:
        """Return what happened, the newest first."""
        header = [say(lang, key) for key in ("from", "to", "kind", "event")]
        return Table.of(header, self._rows(lang), total=len(self.incidents) + len(self.deploys))

    def _rows(self, lang: Lang) -> Iterator[tuple[str | float | None, ...]]:
        happened = [(s.start, s.end, say(lang, s.level), s.text) for s in self.incidents]
        happened += [(m.at, m.at, say(lang, "deploy"), m.text) for m in self.deploys]
        for start, end, kind, text in sorted(happened, reverse=True):
            yield self._label(start), self._label(end), kind, text

    def _label(self, at: float) -> str:
        place = int(np.searchsorted(self.timeline.start, at, side="right")) - 1
        return self.timeline.labels[min(max(place, 0), len(self.timeline) - 1)] if len(self.timeline) else ""

    def _description(self, lang: Lang) -> str:
        return joined(self.title, *(str(row[3]) for row in self.table(lang).rows[:3]))

    def _bars(self, lang: Lang, stride: int) -> alt.Chart:
        import altair as alt

        thin = self.timeline.thinned(stride)
        volume = np.nansum(runs(np.nan_to_num(self.volume), stride, np.nan), axis=-1)
        data = rows({
            "a": [round(at) for at in thin.start.tolist()],
            "b": [round(at) for at in thin.end.tolist()],
            "v": volume.tolist(),
            "window": list(thin.labels),
            "told": [number(v) for v in volume.tolist()],
        })  # fmt: skip
        top = float(volume.max(initial=0.0)) or 1.0
        scale = alt.Scale(domain=[0, top], range=[_HEIGHT + self._lower, _VOLUME + self._lower], nice=False)
        axis = number_axis(LEFT, format="~s", values=[top], grid=False)
        tooltip = [
            alt.Tooltip("window:N", title=say(lang, "window")),
            alt.Tooltip("told:N", title=say(lang, "rows")),
        ]
        drawn: alt.Chart = (
            alt.Chart(data)
            .mark_rect(style="volume", clip=True)
            .encode(
                x=self._x("a", lang, leads=True),
                x2=alt.X2("b"),
                y=alt.Y("v:Q", scale=scale, axis=axis),
                y2=alt.datum(0),
                tooltip=tooltip,
            )
            .add_params(brush())
        )
        return drawn

    def _incidents(self, lang: Lang) -> Iterator[alt.Chart]:
        import altair as alt

        for level in ("info", "watch", "act"):
            placed = [(s, k) for s, k in zip(self.incidents, self.places, strict=True) if s.level == level]
            if not placed:
                continue
            chosen = [span for span, _ in placed]
            data = rows({
                "a": [round(s.start) for s in chosen],
                "b": [round(s.end) for s in chosen],
                "text": [s.text for s in chosen],
                "y": [_INCIDENTS + STEP * place for _, place in placed],
            })  # fmt: skip
            base = alt.Chart(data).transform_calculate(y2=f"datum.y + {_THICK}")
            bars = base.mark_rect(style=f"marker-{level}", clip=True, cornerRadius=2)
            yield bars.encode(
                x=self._x("a", lang),
                x2=alt.X2("b"),
                y=alt.Y("y:Q", scale=None, axis=None),
                y2=alt.Y2("y2"),
                tooltip=alt.Tooltip("text:N"),
            )

    def _deploys(self, lang: Lang) -> Iterator[alt.Chart]:
        import altair as alt

        if not self.deploys:
            return
        data = rows({"m": [round(m.at) for m in self.deploys], "text": [m.text for m in self.deploys]})
        base = alt.Chart(data)
        x = self._x("m", lang)
        marks = base.mark_point(style="flag-info", shape="triangle-right", clip=True)
        yield marks.encode(x=x, y=alt.value(_DEPLOYS + self._lower), tooltip=alt.Tooltip("text:N"))
        if len(self.deploys) <= 6:
            names = base.mark_text(style="quiet-label", dx=8, clip=True)
            yield names.encode(x=x, y=alt.value(_DEPLOYS + self._lower), text=alt.Text("text:N"))

    def _x(self, field: str, lang: Lang, *, leads: bool = False) -> alt.X:
        return along(self.timeline, field, lang, leads=leads)
