"""A metric over time: line and interval band, gaps that say why, the reference drawn once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.numerals import interval, number
from vedette.sentences.titles import unit_in
from vedette.values import Estimate, Estimates, Level
from vedette.views.chart import HEIGHT, WIDTH, frame
from vedette.views.series_layers import HOW, Points
from vedette.views.table import Table
from vedette.views.timeline import Floats, Timeline, zoom
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt


class Marker(msgspec.Struct, frozen=True):
    """Something that happened at `at`, a position on the timeline: a finding, a deploy."""

    at: float
    text: str
    level: Level = "info"


class Waiting(msgspec.Struct, frozen=True):
    """Windows whose labels are still to come, `where` of shape (w,).

    `by` says what is shown of them: a nowcast of what the labels will show, or the labels so far.
    """

    where: npt.NDArray[np.bool_]
    by: Literal["nowcast", "so_far"] = "nowcast"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over the windows of a timeline.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    name : str
        What is measured, as people read it.
    timeline : Timeline, w windows
    estimates : Estimates of shape (w,)
        A window without a value is a gap, with its reason on hover, never a zero.
    unit : str
        "share" prints per cent; others stand above the axis.
    range : pair of float
        Smallest and largest value that the metric can take; the drawn axis stays inside.
    from_zero : bool
        Whether the axis starts where the range does; otherwise it is zoomed, and the chart says so.
    reference : Estimate, optional
        Drawn once: its value as a line, its interval as a shade.
    reference_span : pair of float, optional
        The part of the timeline that served as the reference, shaded.
    threshold : float, optional
    estimated : ndarray of shape (w,), bool, optional
        Where the value was estimated without labels: dashed.
    waiting : Waiting, optional
        Where it is not settled: hollow points on a light line.
    first : ndarray of shape (w,), optional
        What was said of each window first, nan where that stands.
    realised : Estimates of shape (w,), optional
        Where it was: a second, paler band, of the number that the labels will show.
    coverage : ndarray of shape (w,), optional
        Share of rows with labels, as a strip below.
    markers : tuple of Marker
    level : float
        Confidence level of the intervals.
    """

    title: str
    name: str
    timeline: Timeline
    estimates: Estimates
    unit: str = ""
    range: tuple[float, float] = (-np.inf, np.inf)
    from_zero: bool = False
    reference: Estimate | None = None
    reference_span: tuple[float, float] | None = None
    threshold: float | None = None
    estimated: npt.NDArray[np.bool_] | None = None
    waiting: Waiting | None = None
    first: Floats | None = None
    realised: Estimates | None = None
    coverage: Floats | None = None
    markers: tuple[Marker, ...] = ()
    level: float = 0.95

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture, of at most `timeline.POINTS` points."""
        import altair as alt

        points = Points(self, lang)
        layers = [*points.backdrop(), *points.evidence(), *points.annotations(), points.hover()]
        words = frame(self.title, self._remarks(points, lang), self._description(lang))
        return alt.LayerChart(layer=layers, width=WIDTH, height=HEIGHT, params=zoom(self.timeline), **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a window: the estimates as they are, nothing merged."""
        # The newest window first: it is what people look up, and what stays when the table is cut.
        columns = self._columns(lang)
        header = [say(lang, name) for name, _, _ in columns]
        newest = range(len(self.timeline) - 1, -1, -1)
        rows = ([cell(i) for _, _, cell in columns] for i in newest)
        return Table.of(header, rows, [unit for _, unit, _ in columns], total=len(self.timeline))

    def _columns(self, lang: Lang) -> list[tuple[str, str, Callable[[int], str | float | None]]]:
        """Return name, unit and cells of each column of the table."""

        def value(i: int) -> str | float | None:
            one = self.estimates[i]
            return say(lang, one.reason) if one.reason else one.value

        coverage, first, unit = self.coverage, self.first, self.unit
        found: list[tuple[str, str, Callable[[int], str | float | None]]] = [
            ("window", "", lambda i: self.timeline.labels[i]),
            ("value", unit, value),
            ("interval", "", lambda i: interval(self.estimates[i].low, self.estimates[i].high, unit)),
            ("rows", "", lambda i: self.estimates[i].n),
        ]
        if coverage is not None:
            found.append(("labelled", "share", lambda i: float(coverage[i])))
        if self.waiting is not None or self.estimated is not None:
            found.append(("how", "", lambda i: self.how(i, lang)))
        if first is not None and np.isfinite(first).any():
            found.append(("said_first", unit, lambda i: float(first[i]) if np.isfinite(first[i]) else None))
        return found

    def how(self, window: int, lang: Lang) -> str:
        """Return what the value of a window rests on, empty where it has none."""
        if not np.isfinite(self.estimates.value[window]):
            return ""
        if self.estimated is not None and self.estimated[window]:
            return say(lang, "how_estimated")
        if self.waiting is not None and self.waiting.where[window]:
            return say(lang, HOW[self.waiting.by])
        return say(lang, "how_settled")

    def _remarks(self, points: Points, lang: Lang) -> str:
        bottom = 0.0 if not np.isfinite(self.range[0]) else self.range[0]
        shown = number(points.domain[0], self.unit)
        zoomed = points.domain[0] > bottom and shown != number(bottom, self.unit)
        banded = bool(np.isfinite(self.estimates.low).any())
        return joined(
            self.name + (f" ({unit_in(lang, self.unit)})" if self.unit not in ("", "share") else ""),
            say(lang, self.waiting.by) if self.waiting is not None and self.waiting.where.any() else "",
            self._estimated(lang),
            say(lang, "band", level=f"{100 * self.level:.6g}%") if banded else "",
            say(lang, "zoomed", start=shown, zero=number(bottom, self.unit)) if zoomed else "",
            say(lang, "cut") if points.cut else "",
            say(lang, "gap") if points.gaps else "",
            say(lang, "coverage_strip") if self.coverage is not None else "",
            say(lang, "merged_windows", k=points.stride) if points.stride > 1 else "",
        )

    def _estimated(self, lang: Lang) -> str:
        if self.estimated is None or not self.estimated.any():
            return ""
        bands = say(lang, "two_bands") if self.realised is not None else ""
        return joined(say(lang, "label_free"), bands, say(lang, "concept_shift"))

    def _description(self, lang: Lang) -> str:
        there = np.flatnonzero(np.isfinite(self.estimates.value))
        if not len(there):
            return joined(self.title, self.name)
        last = self.estimates[int(there[-1])]
        now = f"{say(lang, 'now')} {number(last.value, self.unit)}"
        then = f"{say(lang, 'reference')} {number(self.reference.value, self.unit)}" if self.reference else ""
        return joined(self.title, self.name, self.timeline.labels[int(there[-1])], now, then)
