"""The layers of a metric over time: what stands behind, the evidence, what is written on it, the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vedette.numerals import interval, number
from vedette.values import Estimate, Estimates, Level
from vedette.views.chart import HEIGHT, LEFT, number_axis, rows
from vedette.views.timeline import Floats, along, brush, runs, thin_estimates
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt

    from vedette.views.series import Series

#: With more points than this the line alone is drawn.
_DOTS = 60
_STRIP, _AIR = 5, 3
#: A window with less than this part of the usual rows has no say in where the axis ends.
_FEW = 0.2
#: What windows whose labels are still to come are shown by, in words.
HOW = {"nowcast": "how_nowcast", "so_far": "how_so_far"}
_GAP, _LONE, _LINE, _ESTIMATED, _LONE_ESTIMATED, _WAITING = range(6)


class Points:
    """The drawn points of a series, and the layers that show them in the order of drawing.

    Attributes
    ----------
    stride : int
        Windows that one point stands for.
    domain : pair of float
        Visible part of the y axis.
    gaps, cut : bool
        Whether a point has no value; whether one reaches beyond the axis.
    """

    def __init__(self, series: Series, lang: Lang) -> None:
        self.series, self.lang = series, lang
        self.stride = series.timeline.stride()
        self.timeline = series.timeline.thinned(self.stride)
        self.estimates = thin_estimates(series.estimates, self.stride)
        self.realised = None if series.realised is None else thin_estimates(series.realised, self.stride)
        self.there = np.isfinite(self.estimates.value)
        self.gaps = bool((~self.there).any())
        self.domain = _domain(series, self.estimates)
        ends = np.concatenate((self.estimates.value, self.estimates.low, self.estimates.high))
        self.cut = bool((ends < self.domain[0]).any() or (ends > self.domain[1]).any())
        waiting = self._somewhere(None if series.waiting is None else series.waiting.where)
        self.run, self.kinds = _runs(self.there, self._somewhere(series.estimated), waiting)
        self.data = rows(self._columns())

    def x(self, field: str, *, leads: bool = False) -> alt.X:
        """Return the x channel."""
        return along(self.series.timeline, field, self.lang, leads=leads)

    def y(self, field: str) -> alt.Y:
        """Return the y channel."""
        import altair as alt

        form = "%" if self.series.unit == "share" else "~r"
        axis = number_axis(LEFT, format=_axis_format(self.domain, form))
        # Above the strip of labels, or it would hide a line at the lower end.
        bottom = HEIGHT if self.series.coverage is None else HEIGHT - _STRIP - _AIR
        scale = alt.Scale(domain=self.domain, range=[bottom, 0], nice=False, zero=False)
        return alt.Y(field, type="quantitative", scale=scale, axis=axis)

    def backdrop(self) -> Iterator[alt.Chart]:
        """Yield what stands behind the line: reference period, gaps, reference interval and value, threshold."""
        import altair as alt

        series = self.series
        if series.reference_span is not None:
            a, b = series.reference_span
            yield self._spans("reference-span", np.array([a]), np.array([b]))
        if self.gaps:
            yield self._spans("gap", self.timeline.start[~self.there], self.timeline.end[~self.there])
        reference = series.reference
        if reference is not None and reference.low is not None and reference.high is not None:
            band = alt.Chart(rows({"lo": [reference.low], "hi": [reference.high]}))
            yield band.mark_rect(style="reference-band", clip=True).encode(y=self.y("lo"), y2=alt.Y2("hi"))
        for key, value in self._levels():
            style = "reference-line" if key == "reference" else "threshold"
            yield alt.Chart(rows({"v": [value]})).mark_rule(style=style, clip=True).encode(y=self.y("v"))

    def _levels(self) -> Iterator[tuple[str, float]]:
        reference, threshold = self.series.reference, self.series.threshold
        if reference is not None and reference.value is not None:
            yield "reference", reference.value
        if threshold is not None:
            yield "threshold", threshold

    def _spans(self, style: str, start: Floats, end: Floats) -> alt.Chart:
        import altair as alt

        spans = alt.Chart(rows({"a": _whole(start), "b": _whole(end)})).mark_rect(style=style, clip=True)
        drawn: alt.Chart = spans.encode(x=self.x("a"), x2=alt.X2("b"))
        return drawn

    def evidence(self) -> Iterator[alt.Chart]:
        """Yield the band, the line (dashed where estimated), dots where they are few or alone."""
        import altair as alt

        # All layers read the same rows, which therefore are in the page once; `k` says how a window is drawn.
        x, y = self.x("m"), self.y("v")
        spread = {"x": x, "y": self.y("lo"), "y2": alt.Y2("hi")}
        run = alt.Detail("g:N")
        drawn = set(self.kinds.tolist())
        if _ESTIMATED in drawn and self.realised is not None:
            pale = self._where(f"datum.k == {_ESTIMATED}").mark_area(style="realised-band", clip=True)
            yield pale.encode(x=x, y=self.y("rl"), y2=alt.Y2("rh"), detail=run)
        if drawn & {_LINE, _ESTIMATED}:
            banded = self._where(f"datum.k == {_LINE} || datum.k == {_ESTIMATED}")
            yield banded.mark_area(style="band", clip=True).encode(**spread, detail=run)
        for style, kind in (
            ("interval", _LONE),
            ("waiting-interval", _LONE_ESTIMATED),
            ("waiting-interval", _WAITING),
        ):
            if kind in drawn:
                yield self._where(f"datum.k == {kind}").mark_rule(style=style, clip=True).encode(**spread)
        for style, kind in (("metric", _LINE), ("estimated", _ESTIMATED), ("waiting", _WAITING)):
            if kind in drawn:
                line = self._where(f"datum.k == {kind}").mark_line(style=style, clip=True)
                yield line.encode(x=x, y=y, detail=run)
        yield from self._dots(x, y, drawn)

    def _dots(self, x: alt.X, y: alt.Y, drawn: set[int]) -> Iterator[alt.Chart]:
        few = {_LINE, _ESTIMATED} if len(self.timeline) <= _DOTS else set()
        for style, shape, kinds in (
            ("point", "circle", {_LONE} | few & {_LINE}),
            ("waiting-point", "diamond", {_LONE_ESTIMATED} | few & {_ESTIMATED}),
            ("waiting-point", "circle", {_WAITING}),
        ):
            if drawn & kinds:
                test = " || ".join(f"datum.k == {kind}" for kind in sorted(drawn & kinds))
                points = self._where(test).mark_point(style=style, shape=shape, clip=True)
                yield points.encode(x=x, y=y)

    def _where(self, test: str) -> alt.Chart:
        import altair as alt

        return alt.Chart(self.data).transform_filter(test).transform_calculate(m="(datum.a + datum.b) / 2")

    def _columns(self) -> dict[str, list[Any]]:
        one = self.estimates
        columns = {"v": one.value, "lo": one.low, "hi": one.high, "g": self.run, "k": self.kinds}
        if self.realised is not None:
            columns |= {"rl": self.realised.low, "rh": self.realised.high}
        spans = {"a": _whole(self.timeline.start), "b": _whole(self.timeline.end)}
        told = [self._told(i) for i in range(len(self.timeline))]
        beside = {field: values for field, _, values in self._beside()}
        words = {
            "window": list(self.timeline.labels),
            "value": told,
            "rows": [number(n) for n in one.n.tolist()],
        }
        return {**spans, **{name: values.tolist() for name, values in columns.items()}, **words, **beside}

    def _beside(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield what the pointer is told beside value and rows: field, title, and a text for each point."""
        series, step = self.series, self.stride
        if series.coverage is not None:
            share = np.nanmean(runs(np.nan_to_num(series.coverage), step, np.nan), axis=-1)
            yield "labels", say(self.lang, "labelled"), [number(v, "share") for v in share.tolist()]
        if step > 1:
            return
        if series.waiting is not None or series.estimated is not None:
            yield "how", say(self.lang, "how"), [series.how(i, self.lang) for i in range(len(self.timeline))]
        if series.first is not None and np.isfinite(series.first).any():
            first = [number(v, series.unit) if np.isfinite(v) else "" for v in series.first.tolist()]
            yield "first", say(self.lang, "said_first"), first

    def _told(self, i: int) -> str:
        one = self.estimates[i]
        if one.value is None:
            return say(self.lang, one.reason or "undefined")
        between = interval(one.low, one.high, self.series.unit)
        return number(one.value, self.series.unit) + (f"  ({between})" if between else "")

    def _somewhere(self, given: npt.NDArray[np.bool_] | None) -> npt.NDArray[np.bool_]:
        """Return in which points some window is so."""
        if given is None:
            return np.zeros(len(self.timeline), bool)
        found: npt.NDArray[np.bool_] = runs(given.astype(float), self.stride, 0.0).max(axis=-1) > 0
        return found

    def annotations(self) -> Iterator[alt.Chart]:
        """Yield the strip of label coverage, the markers and the newest value beside its point."""
        import altair as alt

        if self.series.coverage is not None:
            yield self._strip(self.series.coverage)
        for key, value in self._levels():
            yield from self._named_reference(value) if key == "reference" else self._named_threshold(value)
        yield from self._named_kinds()
        for level in ("info", "watch", "act"):
            yield from self._markers(level)
        last = np.flatnonzero(self.there)
        if len(last):
            i = int(last[-1])
            value = float(self.estimates.value[i])
            at = round(float(self.timeline.start[i] + self.timeline.end[i]) / 2)
            beside = float(np.clip(value, *self.domain))
            base = alt.Chart(rows({"m": [at], "v": [beside], "text": [number(value, self.series.unit)]}))
            label = base.mark_text(style="label", dx=8)
            yield label.encode(x=self.x("m"), y=self.y("v"), text=alt.Text("text:N"), opacity=_inside())

    def _named_reference(self, value: float) -> Iterator[alt.Chart]:
        """Yield the reference's value, above the plot: at its level the line of the metric runs through it."""
        import altair as alt

        base = alt.Chart(
            rows({"text": [f"┄ {say(self.lang, 'reference')} {number(value, self.series.unit)}"]})
        )
        named = base.mark_text(style="reference-label", baseline="bottom", dy=-7)
        yield named.encode(x=alt.value(0), y=alt.value(0), text=alt.Text("text:N"))

    def _named_threshold(self, value: float) -> Iterator[alt.Chart]:
        """Yield the threshold's value beside its line."""
        import altair as alt

        text = f"{say(self.lang, 'threshold')} {number(value, self.series.unit)}"
        base = alt.Chart(rows({"v": [value], "text": [text]}))
        for style in ("halo", "threshold-label"):
            label = base.mark_text(style=style, dx=4, dy=-4)
            yield label.encode(y=self.y("v"), x=alt.value(0), text=alt.Text("text:N"))

    def _named_kinds(self) -> Iterator[alt.Chart]:
        """Yield the names of what is not settled, above the end where the newest windows are."""
        import altair as alt

        drawn, found = set(self.kinds.tolist()), []
        if self.series.waiting is not None and _WAITING in drawn:
            found.append(f"○ {say(self.lang, HOW[self.series.waiting.by])}")
        if drawn & {_ESTIMATED, _LONE_ESTIMATED}:
            found.append(f"◇ {say(self.lang, 'how_estimated')}")
        if found:
            base = alt.Chart(rows({"text": ["   ".join(found)]}))
            named = base.mark_text(style="kind-label", align="right", baseline="bottom", dy=-7)
            yield named.encode(x=alt.value("width"), y=alt.value(0), text=alt.Text("text:N"))

    def _strip(self, coverage: Floats) -> alt.Chart:
        import altair as alt

        share = np.nanmean(runs(np.nan_to_num(coverage), self.stride, np.nan), axis=-1)
        # One bar for neighbours alike to a twentieth: fewer bars, and no seams between them.
        step = np.round(np.clip(share, 0, 1) * 20) / 20
        first = np.flatnonzero(np.concatenate(([True], step[1:] != step[:-1])))
        last = np.append(first[1:], len(step)) - 1
        spans = {
            "a": _whole(self.timeline.start[first]),
            "b": _whole(self.timeline.end[last]),
            "c": step[first].tolist(),
        }
        opacity = alt.Opacity("c:Q", scale=alt.Scale(domain=[0, 1], range=[0.08, 0.9]), legend=None)
        strip = alt.Chart(rows(spans)).mark_rect(style="coverage", clip=True)
        drawn: alt.Chart = strip.encode(
            x=self.x("a"), x2=alt.X2("b"), y=alt.value(HEIGHT - _STRIP), y2=alt.value(HEIGHT), opacity=opacity
        )
        return drawn

    def _markers(self, level: Level) -> Iterator[alt.Chart]:
        import altair as alt

        chosen = [marker for marker in self.series.markers if marker.level == level]
        if not chosen:
            return
        shape = {"info": "circle", "watch": "triangle-up", "act": "diamond"}[level]
        base = alt.Chart(
            rows({"m": _whole(np.array([c.at for c in chosen])), "text": [c.text for c in chosen]})
        )
        tooltip = [alt.Tooltip("text:N", title=say(self.lang, level))]
        yield base.mark_rule(style=f"marker-{level}", clip=True).encode(x=self.x("m"))
        flags = base.mark_point(style=f"flag-{level}", shape=shape)
        yield flags.encode(x=self.x("m"), y=alt.value(0), tooltip=tooltip, opacity=_inside())

    def hover(self) -> alt.Chart:
        """Return the invisible columns that answer the pointer, one a window, gaps included."""
        import altair as alt

        titles = {
            "window": say(self.lang, "window"),
            "value": self.series.name,
            "rows": say(self.lang, "rows"),
            **{field: title for field, title, _ in self._beside()},
        }
        tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]
        column = alt.Chart(self.data).mark_rect(style="hover", clip=True)
        drawn: alt.Chart = column.encode(x=self.x("a", leads=True), x2=alt.X2("b"), tooltip=tooltip)
        return drawn.add_params(brush())


def _inside() -> Any:
    """Return the opacity of what stands across the plot's edge, so is not clipped: it goes when zoomed out of view."""
    import altair as alt

    return alt.condition("datum.m >= zoom_from && datum.m <= zoom_to", alt.value(1), alt.value(0))


def _whole(positions: Floats) -> list[int]:
    """Return positions as whole numbers: milliseconds need all their digits."""
    return [round(position) for position in positions.tolist()]


def _domain(series: Series, estimates: Estimates) -> tuple[float, float]:
    """Return the visible part of the y axis: values, intervals and levels with some air, inside the range.

    A window with few rows does not stretch it: one such window would flatten all others. Where there is no
    interval the value is exact, such as the number of rows itself, and always counts.
    """
    median = float(np.median(estimates.n)) if len(estimates) else 0.0
    usual = (estimates.n >= _FEW * median) | ~np.isfinite(estimates.low)
    shown = usual if np.isfinite(estimates.value[usual]).any() else np.ones(len(estimates), bool)
    reference = series.reference or Estimate(None)
    marks = [v for v in (reference.value, reference.low, reference.high, series.threshold) if v is not None]
    wide = [] if series.realised is None else [series.realised.low, series.realised.high]
    bands = [estimates.low[shown], estimates.high[shown], *wide]
    seen = np.concatenate((estimates.value[shown], *bands, marks))
    seen = seen[np.isfinite(seen)]
    if not len(seen):
        return (0.0, 1.0)
    low, high = float(seen.min()), float(seen.max())
    air = 0.08 * (high - low) or max(abs(high) * 0.1, 1e-3)
    bottom, top = series.range
    low, high = max(low - air, bottom) if np.isfinite(bottom) else low - air, min(high + air, top)
    start = bottom if np.isfinite(bottom) else min(0.0, low)
    return (start if series.from_zero else low, high if high > low else low + air)


def _axis_format(domain: tuple[float, float], form: str) -> str:
    """Return the number format with just enough digits to tell ticks apart."""
    if form == "%":
        return ".0%" if domain[1] - domain[0] >= 0.04 else ".1%"
    # Not "~g": with the one digit that ticks at 5 and 10 need it writes 1e+1.
    return "~s" if max(abs(domain[0]), abs(domain[1])) >= 10_000 else "~r"


def _runs(
    there: npt.NDArray[np.bool_], estimated: npt.NDArray[np.bool_], waiting: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for each point the number of its unbroken run, and how it is drawn.

    Gaps and changes of kind break a run; a run of one point has no line.
    """
    known = np.where(estimated, _ESTIMATED, np.where(waiting, _WAITING, _LINE))
    kind = np.where(there, known, _GAP)
    run = np.cumsum(np.concatenate(([0], kind[1:] != kind[:-1])))[: len(kind)]
    length = np.bincount(run, minlength=1)[run] if len(run) else run
    alone = np.choose(kind, [_GAP, _LONE, _LONE, _LONE_ESTIMATED, _LONE_ESTIMATED, _WAITING])
    return run, np.where(there & (length == 1), alone, kind)
