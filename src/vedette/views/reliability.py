"""What the scores promise and what came true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vedette.numerals import interval, number
from vedette.views.chart import SQUARE, frame, number_axis, rows
from vedette.views.table import Table
from vedette.views.timeline import Floats
from vedette.views.words import Lang, joined, say

if TYPE_CHECKING:
    import altair as alt


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Observed rate of the positive class by predicted score, in b bins of the score.

    Attributes
    ----------
    title : str
        The finding, as a sentence.
    score : ndarray of shape (b,)
        Mean score of the rows in each bin; nan in an empty one.
    rate, low, high : ndarray of shape (b,)
        Share of positive labels with its interval.
    n : ndarray of shape (b,)
        Labelled rows.
    reference_score, reference_rate : ndarray of shape (b,), optional
    """

    title: str
    score: Floats
    rate: Floats
    low: Floats
    high: Floats
    n: Floats
    reference_score: Floats | None = None
    reference_rate: Floats | None = None

    def chart(self, lang: Lang = "en") -> alt.LayerChart:
        """Return the picture: points below the dotted line promised more than came true."""
        import altair as alt

        layers = [_diagonal(), *self._reference(lang), *self._current(lang)]
        compared = say(lang, "grey_is_reference") if self.reference_rate is not None else ""
        remarks = joined(say(lang, "diagonal_is_calibrated"), compared)
        words = frame(self.title, remarks, joined(self.title, remarks), most=SQUARE)
        return alt.LayerChart(layer=layers, width=SQUARE, height=SQUARE, **words)

    def table(self, lang: Lang = "en") -> Table:
        """Return one row a bin of the score."""
        header = [say(lang, key) for key in ("mean_score", "observed_rate", "interval", "rows")]
        there = np.flatnonzero(self.n > 0)
        rows_ = (
            (float(self.score[i]), float(self.rate[i]), interval(self.low[i], self.high[i]), float(self.n[i]))
            for i in there
        )
        return Table.of(header, rows_)

    def _current(self, lang: Lang) -> list[alt.Chart]:
        import altair as alt

        there = np.isfinite(self.score) & np.isfinite(self.rate)
        x, y, n = self.score[there], self.rate[there], self.n[there]
        told = {
            "score": [number(v) for v in x],
            "rate": [number(v) for v in y],
            "rows": [number(v) for v in n],
        }
        bounds = {"lo": self.low[there].tolist(), "hi": self.high[there].tolist()}
        base = alt.Chart(rows({"x": x.tolist(), "y": y.tolist(), **bounds, **told}))
        titles = {"score": "mean_score", "rate": "observed_rate", "rows": "rows"}
        tooltip = [alt.Tooltip(f"{field}:N", title=say(lang, key)) for field, key in titles.items()]
        at = {"x": _unit_x("x", say(lang, "mean_score")), "y": _unit_y("y", say(lang, "observed_rate"))}
        spread = {**at, "y": _unit_y("lo", say(lang, "observed_rate")), "y2": alt.Y2("hi")}
        return [
            base.mark_rule(style="interval").encode(**spread),
            base.mark_line(style="metric").encode(**at),
            base.mark_point(style="point").encode(**at, tooltip=tooltip),
        ]

    def _reference(self, lang: Lang) -> list[alt.Chart]:
        import altair as alt

        if self.reference_score is None or self.reference_rate is None:
            return []
        there = np.isfinite(self.reference_score) & np.isfinite(self.reference_rate)
        data = rows({"x": self.reference_score[there].tolist(), "y": self.reference_rate[there].tolist()})
        line = alt.Chart(data).mark_line(style="reference-curve")
        return [
            line.encode(x=_unit_x("x", say(lang, "mean_score")), y=_unit_y("y", say(lang, "observed_rate")))
        ]


def _unit_x(field: str, title: str) -> alt.X:
    import altair as alt

    return alt.X(f"{field}:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=title, tickCount=5))


def _unit_y(field: str, title: str) -> alt.Y:
    import altair as alt

    return alt.Y(f"{field}:Q", scale=alt.Scale(domain=[0, 1]), axis=number_axis(title=title, tickCount=5))


def _diagonal() -> alt.Chart:
    import altair as alt

    line = alt.Chart(rows({"x": [0.0, 1.0], "y": [0.0, 1.0]})).mark_line(style="diagonal")
    drawn: alt.Chart = line.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    return drawn
