"""The axis that all series of a page share: windows of time, of rows or of training steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.values import Estimates, Window
from vedette.views.words import Lang, say

if TYPE_CHECKING:
    import altair as alt

Floats = npt.NDArray[np.float64]
Kind = Literal["time", "row", "step"]
#: Most points of one series that a chart embeds, so that a page stays small however long the history.
POINTS = 400


class Timeline(msgspec.Struct, frozen=True):
    """Windows in order, shape (w,).

    Attributes
    ----------
    start, end : ndarray of shape (w,), float64
        For kind "time" milliseconds of the *wall clock* that the window labels use, counted as if it were UTC, so
        that the axis says midnight where the labels do; otherwise row or step numbers.
    labels : tuple of str
        What people read.
    kind : {"time", "row", "step"}
    """

    start: Floats
    end: Floats
    labels: tuple[str, ...]
    kind: Kind = "time"

    @classmethod
    def of(
        cls, windows: Sequence[Window], kind: Kind = "time", utc_offset: float | Sequence[float] = 0.0
    ) -> Timeline:
        """Return the timeline of windows in order of time.

        Parameters
        ----------
        windows : sequence of Window, length w
        kind : {"time", "row", "step"}
        utc_offset : float or sequence of float, length w
            Seconds by which the wall clock of the labels is ahead of UTC.

        Examples
        --------
        >>> day = 86_400_000_000
        >>> Timeline.of([Window(0, day, "1970-01-01")]).end
        array([86400000.])
        """
        start = np.array([window.start for window in windows], float)
        end = np.array([window.end for window in windows], float)
        if kind == "time":
            ahead = np.asarray(utc_offset, float) * 1000
            start, end = start / 1000 + ahead, end / 1000 + ahead
        return cls(start, end, tuple(window.label for window in windows), kind)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def extent(self) -> tuple[float, float]:
        """First start and last end; (0, 1) without windows."""
        return (float(self.start.min()), float(self.end.max())) if len(self) else (0.0, 1.0)

    def stride(self, limit: int = POINTS) -> int:
        """Return how many neighbouring windows one point must stand for, so that at most `limit` points remain."""
        return max(1, -(-len(self) // limit))

    def thinned(self, stride: int) -> Timeline:
        """Return the timeline of runs of `stride` windows, labelled from first to last."""
        if stride == 1:
            return self
        first = np.arange(0, len(self), stride)
        last = np.minimum(first + stride, len(self)) - 1
        labels = tuple(
            f"{self.labels[a]} … {self.labels[b]}" if a != b else self.labels[a]
            for a, b in zip(first, last, strict=True)
        )
        return Timeline(self.start[first], self.end[last], labels, self.kind)


def along(timeline: Timeline, field: str, lang: Lang, *, leads: bool = False) -> alt.X:
    """Return the x channel of a field that holds positions on the timeline.

    One layer of a chart `leads`: it alone states the visible part, through the parameters of `zoom`, so that a
    page can zoom all its charts together.
    """
    import altair as alt

    timed = timeline.kind == "time"
    scale: dict[str, Any] = {"type": "utc"} if timed else {"type": "linear", "zero": False}
    if leads:
        scale |= {"domainMin": alt.ExprRef("zoom_from"), "domainMax": alt.ExprRef("zoom_to")}
    axis = alt.Axis(title=None if timed else say(lang, timeline.kind), tickCount=8)
    return alt.X(
        field, type="temporal" if timed else "quantitative", scale=alt.Scale(nice=False, **scale), axis=axis
    )


def zoom(timeline: Timeline) -> list[Any]:
    """Return the parameters of a chart that hold the visible part of the timeline."""
    import altair as alt

    first, last = timeline.extent
    return [alt.param("zoom_from", value=first).param, alt.param("zoom_to", value=last).param]


def brush() -> alt.Parameter:
    """Return the selection that a page listens to: drag along the axis to zoom."""
    import altair as alt

    return alt.selection_interval(name="brush", encodings=["x"])


def thin_estimates(estimates: Estimates, stride: int) -> Estimates:
    """Return one estimate for each run of `stride` windows: mean weighted by rows, band over all their intervals.

    It is for display alone: merging the states of the windows gives the exact estimate and a narrower interval.
    A run has no value only when none of its windows has one; then it keeps the last reason.
    """
    if stride == 1:
        return estimates
    there = np.isfinite(estimates.value)
    weight = runs(np.where(there, np.maximum(estimates.n, 1e-12), 0.0), stride, 0.0)
    value = runs(np.where(there, estimates.value, 0.0), stride, 0.0)
    total = weight.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(total > 0, (weight * value).sum(axis=1) / total, np.nan)
    low = runs(np.where(there, estimates.low, np.inf), stride, np.inf)
    high = runs(np.where(there, estimates.high, -np.inf), stride, -np.inf)
    low = np.where(np.isnan(low), np.inf, low).min(axis=1)
    high = np.where(np.isnan(high), -np.inf, high).max(axis=1)
    reasons = runs(estimates.reason.astype(float), stride, -1.0).max(axis=1)
    return Estimates(
        mean,
        np.where(np.isfinite(low), low, np.nan),
        np.where(np.isfinite(high), high, np.nan),
        runs(estimates.n, stride, 0.0).sum(axis=1),
        np.full(len(mean), np.nan),
        np.where(np.isnan(mean), reasons, -1).astype(np.int8),
    )


def runs(values: npt.NDArray[np.generic], stride: int, filler: float) -> Floats:
    """Return values of shape (..., w) as (..., runs, stride), the last run filled up."""
    short = -values.shape[-1] % stride
    pad = [(0, 0)] * (values.ndim - 1) + [(0, short)]
    filled = np.pad(np.asarray(values, float), pad, constant_values=filler)
    return filled.reshape(*values.shape[:-1], -1, stride)
