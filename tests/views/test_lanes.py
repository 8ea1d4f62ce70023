"""Incidents, deploys and volume on one axis: a valid chart, a table that says the same."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.views.chart import specification
from vedette.views.lanes import STEP, Lanes, Span
from vedette.views.png import svg
from vedette.views.series import Marker


def lanes(samples, days=40, text="feed broke"):
    axis = samples.timeline(days)
    start = axis.start
    return Lanes(
        title=text,
        timeline=axis,
        volume=np.where(np.arange(days) == 3, np.nan, np.arange(days, dtype=float)),
        incidents=(
            Span(float(start[5]), float(start[9]), text, "act"),
            Span(float(start[1]), float(start[2]), text),
        ),
        deploys=(Marker(float(start[7]), text),),
    )


def test_table_is_newest_first(samples):
    table = lanes(samples).table()
    assert [row[0] for row in table.rows] == ["2013-01-08", "2013-01-06", "2013-01-02"]
    assert [row[2] for row in table.rows] == ["deploy", "act", "watch"]


def test_chart_keeps_to_the_schema(samples):
    lanes(samples).chart().to_dict(validate=True)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_hostile_texts_are_drawn(samples, lang):
    for text in samples.HOSTILE:
        drawn = svg(lanes(samples, text=text), lang)
        assert "<script" not in drawn
        assert "<img" not in drawn


def test_long_history_is_merged(samples):
    """10 000 windows become at most 400 bars, and no row of the volume is lost."""
    spec = specification(lanes(samples, 10_000))
    bars = next(text for text in spec["datasets"].values() if text.startswith("a,b,v"))
    drawn = [line.split(",")[2] for line in bars.splitlines()[1:]]
    assert len(drawn) <= 400
    assert sum(map(float, drawn)) == sum(range(10_000)) - 3


def test_nothing_happened(samples):
    view = Lanes(title="quiet", timeline=samples.timeline(3), volume=np.zeros(3))
    assert view.table().rows == ()
    view.chart().to_dict(validate=True)


def spans(timeline, *ends):
    """Return incidents from one window to another, each with its level."""
    return tuple(Span(float(timeline.start[a]), float(timeline.start[b]), "x", level) for a, b, level in ends)


def test_incidents_that_overlap_lie_in_rows_of_their_own(samples):
    axis = samples.timeline(20)
    ends = ((0, 9, "info"), (2, 5, "watch"), (4, 8, "act"), (9, 12, "info"))
    view = Lanes(title="t", timeline=axis, volume=np.ones(20), incidents=spans(axis, *ends))
    assert view.places == [2, 1, 0, 0]  # the gravest on top; the last one begins as the first ends
    assert view.rows == 3
    alone = Lanes(title="t", timeline=axis, volume=np.ones(20), incidents=view.incidents[:1])
    heights = [specification(one)["height"] for one in (alone, view)]
    assert heights[1] - heights[0] == 2 * STEP


def test_many_at_once_do_not_make_the_chart_grow_for_ever(samples):
    axis = samples.timeline(20)
    ends = [(0, 19, "watch")] * 40
    view = Lanes(title="t", timeline=axis, volume=np.ones(20), incidents=spans(axis, *ends))
    assert view.rows == 6
    assert len(view.table().rows) == 40
