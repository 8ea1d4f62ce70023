"""Every chart: valid Vega-Lite in both languages, bounded, with words, alike drawn and as rows."""

from __future__ import annotations

import csv
import io
import json
import math

import altair as alt
import msgspec
import numpy as np
import pytest

from vedette.values import Estimate, Estimates, Window
from vedette.views.chart import fitted, specification
from vedette.views.series import Waiting
from vedette.views.timeline import POINTS, Timeline, thin_estimates
from vedette.views.words import LANGS

KINDS = (
    "series",
    "heatmap",
    "distribution",
    "categories",
    "segments",
    "slices",
    "parts",
    "confusion",
    "roc",
    "precision_recall",
    "reliability",
)


def datasets(spec):
    return [list(csv.DictReader(io.StringIO(text))) for text in spec["datasets"].values()]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_specification_is_valid(samples, kind, lang):
    """Altair's own validator accepts the chart; title and description say something."""
    view = samples.charts()[kind]
    spec = view.chart(lang).to_dict(validate=True)
    assert spec["title"]["text"] == view.title
    assert spec["description"].startswith(view.title)
    json.dumps(spec, allow_nan=False)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_keep_a_chart_valid(samples, kind):
    """Names appear as text in data, never in expressions or field names."""
    view = samples.charts(samples.HOSTILE)[kind]
    view = msgspec.structs.replace(view, title=samples.HOSTILE[0])
    spec = view.chart().to_dict(validate=True)
    told = json.dumps([spec.get("layer"), spec.get("vconcat")])
    assert "alert(1)" not in "".join(
        part["calculate"] if "calculate" in part else str(part.get("filter", ""))
        for layer in spec.get("layer", [])
        for part in layer.get("transform", [])
    )
    assert "\\ud800" not in told


@pytest.mark.parametrize("kind", KINDS)
def test_table_has_rows_as_wide_as_its_header(samples, kind):
    table = samples.charts()[kind].table("zh")
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.header)}


def test_missing_windows_break_the_line(samples):
    """A gap is no point and no zero; a day alone between gaps keeps a run of its own."""
    spec = specification(samples.series())
    rows = next(d for d in datasets(spec) if "window" in d[0])
    gap = [row for row in rows if row["v"] == ""]
    assert [row["window"] for row in gap[:2]] == ["2013-01-11", "2013-01-12"]
    assert {row["value"] for row in gap} == {"too few rows"}
    assert len({rows[i]["g"] for i in (9, 15, 20)}) == 3


def test_axis_says_where_it_starts(samples):
    """Zoomed by default, and then said; from zero on request, and then silent."""
    said = specification(samples.series())["title"]["subtitle"]
    assert "the axis starts at 0.5" in said
    whole = specification(samples.series(from_zero=True))
    assert "axis starts" not in whole["title"]["subtitle"]
    assert '"domain": [0' in json.dumps(whole["layer"])


def test_axis_stays_inside_the_range(samples):
    """A recall near 1 has no axis above 1."""
    value = np.full(90, 0.995)
    near = samples.series(estimates=Estimates.of(value, value - 0.01, value + 0.004, n=value), reference=None)
    domains = [
        layer["encoding"]["y"]["scale"]["domain"]
        for layer in specification(near)["layer"]
        if "scale" in layer.get("encoding", {}).get("y", {})
    ]
    assert domains
    assert all(high <= 1 for _, high in domains)


def test_window_of_few_rows_does_not_stretch_the_axis(samples):
    """A last day of three rows is cut at the edge, and the chart says so."""
    some = samples.estimates()
    value, low, n = some.value.copy(), some.low.copy(), some.n.copy()
    value[-1], low[-1], n[-1] = 0.05, 0.0, 3
    spec = specification(samples.series(estimates=Estimates.of(value, low, some.high, n=n)))
    assert "the axis starts at 0.5" in spec["title"]["subtitle"]
    assert "windows with few rows reach beyond it" in spec["title"]["subtitle"]
    assert "reach beyond" not in specification(samples.series())["title"]["subtitle"]


def test_exact_values_always_stretch_the_axis(samples):
    """A day of three rows is what a chart of row counts is about."""
    rows = np.full(90, 800.0)
    rows[-1] = 3
    spec = specification(
        samples.series(
            estimates=Estimates.of(rows, n=rows), range=(0, np.inf), reference=None, threshold=None
        )
    )
    assert "axis starts" not in spec["title"]["subtitle"]
    assert "reach beyond" not in spec["title"]["subtitle"]


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(Estimates.none(np.zeros(90), "unlabelled"), id="nothing known"),
        pytest.param(Estimates.of(np.full(90, 0.5), n=np.full(90, 9)), id="no intervals, all equal"),
    ],
)
def test_series_without_evidence_is_still_a_chart(samples, empty):
    view = samples.series(estimates=empty, reference=None, threshold=None, estimated=None)
    view.chart().to_dict(validate=True)


def test_one_window_is_a_chart(samples):
    axis = Timeline.of([Window(0, 100, "rows 0 to 99")], "row")
    view = samples.series(
        timeline=axis,
        estimates=Estimates.of([0.5], [0.4], [0.6], n=[10]),
        reference_span=None,
        coverage=None,
        estimated=None,
        markers=(),
    )
    spec = view.chart("zh").to_dict(validate=True)
    assert "row" not in spec["title"]["text"]


def test_long_history_is_thinned():
    """10 000 windows become at most 400 points; means are weighted by rows, extremes stay in the band."""
    n = 10_000
    axis = Timeline.of([Window(i, i + 1, str(i)) for i in range(n)], "step")
    stride = axis.stride()
    thin = axis.thinned(stride)
    assert len(thin) <= POINTS
    assert thin.labels[0] == "0 … 24"
    assert (thin.start[0], thin.end[-1]) == (0, n)
    value = np.zeros(n)
    value[3] = 25.0
    weight = np.ones(n)
    weight[3] = 26.0
    merged = thin_estimates(Estimates.of(value, value - 1, value + 1, n=weight), stride)
    assert merged.value[0] == pytest.approx(25 * 26 / 50)
    assert (merged.low[0], merged.high[0], merged.n[0]) == (-1, 26, 50)


def test_thinned_run_without_values_keeps_its_reason():
    merged = thin_estimates(Estimates.none(np.zeros(4), "unlabelled"), 2)
    assert [merged[i].reason for i in range(2)] == ["unlabelled", "unlabelled"]
    assert math.isnan(merged.value[0])


@pytest.mark.parametrize(
    ("view", "most"),
    [
        pytest.param(lambda s: s.series(10_000), 70_000, id="series"),
        pytest.param(lambda s: s.heatmap(tuple(f"f{i}" for i in range(200)), 10_000), 120_000, id="heatmap"),
        pytest.param(lambda s: s.segments(tuple(f"s={i}" for i in range(5000))), 20_000, id="segments"),
        pytest.param(lambda s: s.categories(tuple(f"c{i}" for i in range(5000))), 20_000, id="categories"),
        pytest.param(lambda s: s.confusion(tuple(f"c{i}" for i in range(300))), 20_000, id="confusion"),
    ],
)
def test_embedded_data_are_bounded(samples, view, most):
    """Whatever the input, a chart is a few dozen kilobytes and its table has at most 200 rows."""
    made = view(samples)
    assert len(json.dumps(specification(made))) < most
    assert len(made.table().rows) <= 200


def test_heatmap_orders_by_impact_then_effect(samples):
    view = samples.heatmap(("a", "b", "c"))
    assert view.order()[0] == 0
    led = msgspec.structs.replace(view, impact=np.array([0.0, 0.1, 0.9]))
    assert led.order() == [2, 1, 0]


def test_heatmap_scale_is_fixed(samples):
    """The colour of an effect does not depend on what else is on the page."""
    quiet = specification(samples.heatmap(("a", "b")))
    assert quiet["layer"][0]["encoding"]["color"]["scale"]["domain"] == [0, 0.25]


def test_segments_rank_by_the_better_end(samples):
    """A tiny segment with a wide interval does not lead the list."""
    current = Estimates.of([0.4, 0.6, 0.7], [0.1, 0.58, 0.68], [0.9, 0.62, 0.72], n=[9, 900, 900])
    view = samples.segments(("tiny", "bad", "good"), current=current, reference=None)
    assert view.order() == [1, 2, 0]
    lower = msgspec.structs.replace(view, better="lower")
    assert lower.order()[0] == 2


def test_distribution_counts_every_row(samples):
    """The shares of all bars, of missing and of both tails sum to one, now and in the reference."""
    table = samples.numbers().table()
    assert sum(row[2] for row in table.rows) == pytest.approx(1)
    assert sum(row[3] for row in table.rows) == pytest.approx(1)
    assert table.rows[-1][0] == "missing"
    assert table.rows[-1][2] == pytest.approx(900 / 2900)


def test_distribution_bars_are_unions_of_bins(samples):
    view = samples.numbers()
    cuts = view.cuts()
    assert 8 <= len(cuts) - 1 <= 40
    assert np.all(np.diff(cuts) > 0)
    inside = [row for row in view.table().rows if isinstance(row[0], float)]
    assert {row[0] for row in inside} <= set(view.edges)


def test_density_is_never_above_one(samples):
    """All rows in one narrow bin among wide ones."""
    counts = np.array([0.0, 1, 0, 0, 99, 0, 0])
    view = samples.numbers(edges=np.array([0.0, 4, 8, 9.3, 10, 14]), current=counts, reference=counts)
    heights = [float(row["d"]) for data in datasets(specification(view)) for row in data if "d" in row]
    assert 0.5 < max(heights) <= 1


@pytest.mark.parametrize("edges", [np.zeros(0), np.array([1.0]), np.array([0.0, 1.0])])
def test_distribution_of_few_bins(samples, edges):
    """No edge, one edge, one bin: still a chart, and no row is lost."""
    counts = np.arange(1.0, len(edges) + 3)
    view = samples.numbers(edges=edges, current=counts, reference=None)
    view.chart().to_dict(validate=True)
    assert sum(row[2] for row in view.table().rows) == pytest.approx(1)


def test_distribution_of_nothing(samples):
    """No rows now: the reference still has its outline."""
    view = samples.numbers()
    view = msgspec.structs.replace(view, current=np.zeros_like(view.current))
    view.chart().to_dict(validate=True)
    assert {row[2] for row in view.table().rows} == {0.0}


def test_category_called_like_a_special_bar(samples):
    view = samples.categories(("(missing)", "x"))
    names = [row[0] for row in view.table().rows]
    assert len(set(names)) == len(names)


def test_rare_categories_are_gathered(samples):
    view = samples.categories(tuple(f"c{i}" for i in range(100)))
    table = view.table()
    assert len(table.rows) == 16 + 3
    assert sum(row[1] for row in table.rows) == pytest.approx(1)


def test_confusion_gathers_rare_classes(samples):
    view = samples.confusion(tuple(f"c{i}" for i in range(40)))
    names, counts = view.gathered("en")
    assert len(names) == 12
    assert counts.sum() == view.counts.sum()


def test_plots_fill_the_width_they_are_given(samples):
    """All parts of a chart get the room that is left beside names and labels; a phone has less for names."""
    spec = specification(samples.numbers())
    assert {part["width"] for part in fitted(spec, 1000)["vconcat"]} == {1000 - 128 - 56}
    assert {part["width"] for part in fitted(spec, 336)["vconcat"]} == {336 - 88 - 56}
    assert fitted(specification(samples.charts()["roc"]), 1000)["width"] == 320


def test_charts_ignore_the_caller_s_altair_theme(samples):
    with alt.theme.enable("dark"):
        themed = specification(samples.series())
    assert themed == specification(samples.series())


def test_timeline_is_the_wall_clock_of_the_labels():
    """A day that begins at midnight in New York begins at midnight on the axis."""
    start = 18_000_000_000  # 05:00 UTC
    axis = Timeline.of([Window(start, start + 86_400_000_000, "1970-01-01")], utc_offset=-5 * 3600)
    assert axis.start[0] == 0


def test_reference_alone_is_named(samples):
    spec = specification(samples.series(reference=Estimate(0.7, n=5)))
    assert any(row.get("text") == "┄ reference 0.700" for data in datasets(spec) for row in data)


def waiting(samples, days=30, **changes):
    """Return a series whose last five windows wait for labels, of which the last two have none."""
    at = np.arange(days)
    first = np.where(at == days - 6, 0.123, np.nan)
    return samples.series(
        days,
        waiting=Waiting((at >= days - 5) & (at < days - 2)),
        estimated=at >= days - 2,
        first=first,
        threshold=None,
        **changes,
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("nowcast", "estimated without labels", "labels", "as known first")),
        ("zh", ("即时预测", "无标签估计", "标签", "最初所知")),
    ],
)
def test_what_is_not_settled_is_named_in_chart_and_table(samples, lang, words):
    nowcast, guess, labels, first = words
    view = waiting(samples)
    table = view.table(lang)
    assert [row[5] for row in table.rows[:6]] == [guess] * 2 + [nowcast] * 3 + [labels]
    assert table.header[6] == first
    assert [row[6] for row in table.rows[:7]] == [None] * 5 + [0.123, None]
    spec = specification(view, lang)
    drawn = str(spec)
    assert f"○ {nowcast}   ◇ {guess}" in drawn
    assert "0.123" in drawn  # the pointer is told what was known first
    assert nowcast in spec["title"]["subtitle"]
    settled = samples.series(30, estimated=None)
    assert len(settled.table(lang).header) == 5
    assert "○" not in str(specification(settled, lang))


def test_hollow_points_are_drawn_however_few_or_many_there_are(samples):
    for days in (30, 300):
        spec = specification(waiting(samples, days))
        styles = {
            layer["mark"]["style"]
            for layer in spec["layer"]
            if isinstance(layer["mark"], dict) and layer["mark"].get("style")
        }
        assert {"waiting-point", "waiting", "waiting-interval"} <= styles
    alone = samples.series(30, waiting=Waiting(np.arange(30) == 29), estimated=None)
    marks = [layer["mark"].get("style") for layer in specification(alone)["layer"]]
    assert "waiting-point" in marks


def test_the_strip_of_labels_hides_no_line_at_the_lower_end(samples):
    def bottom(view):
        scales = [
            layer["encoding"]["y"]["scale"]["range"]
            for layer in specification(view)["layer"]
            if layer["encoding"].get("y", {}).get("scale", {}).get("range")
        ]
        return {ends[0] for ends in scales}

    assert bottom(samples.series()) != bottom(samples.series(coverage=None))
    strip = next(
        layer
        for layer in specification(samples.series())["layer"]
        if isinstance(layer["mark"], dict) and layer["mark"].get("style") == "coverage"
    )
    assert max(bottom(samples.series())) < strip["encoding"]["y"]["value"]
