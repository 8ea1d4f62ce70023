"""A metric over time: line and interval band, gaps that say why, the reference drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.numerals import interval, number
from vedette.sentences.titles import unit_in
from vedette.values import Estimate, Estimates, Level
from vedette.views.chart import HEIGHT, WIDTH, frame
from vedette.views.series_layers import Points
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
        header = [say(lang, key) for key in ("window", "value", "interval", "rows", "labelled")]
        keep = len(header) if self.coverage is not None else len(header) - 1
        units = ("", self.unit, "", "", "share")
        rows = (row[:keep] for row in self._rows(lang))
        return Table.of(header[:keep], rows, units[:keep], total=len(self.timeline))

    def _rows(self, lang: Lang) -> Iterator[tuple[str | float | None, ...]]:
        # The newest window first: it is what people look up, and what stays when the table is cut.
        for i in range(len(self.timeline) - 1, -1, -1):
            one = self.estimates[i]
            covered = None if self.coverage is None else float(self.coverage[i])
            shown: str | float | None = say(lang, one.reason) if one.reason else one.value
            yield self.timeline.labels[i], shown, interval(one.low, one.high, self.unit), one.n, covered

    def _remarks(self, points: Points, lang: Lang) -> str:
        bottom = 0.0 if not np.isfinite(self.range[0]) else self.range[0]
        shown = number(points.domain[0], self.unit)
        zoomed = points.domain[0] > bottom and shown != number(bottom, self.unit)
        banded = bool(np.isfinite(self.estimates.low).any())
        return joined(
            self.name + (f" ({unit_in(lang, self.unit)})" if self.unit not in ("", "share") else ""),
            say(lang, "band", level=f"{100 * self.level:.6g}%") if banded else "",
            say(lang, "zoomed", start=shown, zero=number(bottom, self.unit)) if zoomed else "",
            self._estimated(lang),
            say(lang, "cut") if points.cut else "",
            say(lang, "gap") if points.gaps else "",
            say(lang, "coverage_strip") if self.coverage is not None else "",
            say(lang, "merged_windows", k=points.stride) if points.stride > 1 else "",
        )

    def _estimated(self, lang: Lang) -> str:
        if self.estimated is None or not self.estimated.any():
            return ""
        if self.realised is None:
            return say(lang, "estimated")
        return joined(say(lang, "label_free"), say(lang, "two_bands"), say(lang, "concept_shift"))

    def _description(self, lang: Lang) -> str:
        there = np.flatnonzero(np.isfinite(self.estimates.value))
        if not len(there):
            return joined(self.title, self.name)
        last = self.estimates[int(there[-1])]
        now = f"{say(lang, 'now')} {number(last.value, self.unit)}"
        then = f"{say(lang, 'reference')} {number(self.reference.value, self.unit)}" if self.reference else ""
        return joined(self.title, self.name, self.timeline.labels[int(there[-1])], now, then)
