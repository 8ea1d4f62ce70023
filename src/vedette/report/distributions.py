"""How far each column moved, and the two distributions of those that moved most."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vedette.engine.cube import TOTAL
from vedette.engine.evaluate import Block
from vedette.numerals import number
from vedette.report.report import Report
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.values import Estimates
from vedette.views.categories import CategoryDistribution
from vedette.views.content import Figure, Status, anchor
from vedette.views.distribution import NumberDistribution
from vedette.views.heatmap import Heatmap
from vedette.views.segments import Segments
from vedette.views.timeline import Timeline
from vedette.views.words import Lang, say

#: Columns whose distributions are drawn, and how many of them stand open.
MOST, OPEN = 24, 6
#: Rules whose findings say that a column moved.
DRIFT = ("shift", "promise")
#: The distance that orders the columns.
METRIC = "psi"


def ranked(report: Report) -> list[Block]:
    """Return the blocks of the distance over all rows: the dearest column first, of equal price the furthest."""
    blocks = [b for b in report.blocks if b.metric.name == METRIC and b.dimension == TOTAL]
    return sorted(
        blocks,
        key=lambda b: (-_price(report, str(b.metric.column)), -np.nan_to_num(b.current.value[0], nan=-1.0)),
    )


def _price(report: Report, column: str) -> float:
    """Return what a column's drift surely costs; 0 where chance explains it or nobody knows."""
    found = report.impacts.get(column)
    return found.certain if found is not None else 0.0


def overview(report: Report, timeline: Timeline, lang: Lang = "en") -> Iterator[Figure]:
    """Yield the heat map of columns over windows, or for one window the dots of all columns."""
    blocks = ranked(report)
    if not blocks:
        return
    names = tuple(str(b.metric.column) for b in blocks)
    told = (f for f in report.findings if f.rule in DRIFT and f.level != "info" and f.segment is None)
    moved = {f.column for f in told if f.column}
    key = "moved_columns" if moved else "moved_none"
    title = say(lang, key, moved=len(moved), total=len(names))
    if len(report.windows) > 1:
        yield Figure(
            view=_heatmap(report, names, title, timeline, blocks[0].metric.titled(lang)), anchor="heatmap"
        )
        return
    together = [b.current for b in blocks]
    merged = Estimates(
        **{f: np.concatenate([getattr(e, f) for e in together]) for f in Estimates.__struct_fields__}
    )
    label = blocks[0].metric.titled(lang)
    yield Figure(
        view=Segments(title=title, name=label, segments=names, current=merged, unit="nats", better="lower")
    )


def figures(report: Report, lang: Lang = "en") -> Iterator[Figure]:
    """Yield the distributions of the columns that moved most."""
    levels: dict[str, Status] = {f.column: f.level for f in reversed(report.findings) if f.column}
    for place, block in enumerate(ranked(report)[:MOST]):
        name = str(block.metric.column)
        figure = _figure(report, block, name, lang)
        if figure is not None:
            yield Figure(
                view=figure,
                anchor=anchor("feature", name),
                folded=place >= OPEN,
                level=levels.get(name, "ok"),
            )


def _heatmap(report: Report, names: tuple[str, ...], title: str, timeline: Timeline, metric: str) -> Heatmap:
    series = [report.series(METRIC, column=name)[1] for name in names]
    found = {(f.column, w) for f in report.findings if f.rule in DRIFT for w in _span(report, f)}
    passed = [[(name, w) in found for w in range(len(report.windows))] for name in names]
    return Heatmap(
        title=title,
        name=metric,
        features=names,
        timeline=timeline,
        effect=np.stack([s.value for s in series]),
        passed=np.array(passed),
        impact=np.array([_price(report, name) for name in names]),
        anchors=tuple(anchor("feature", name) for name in names),
    )


def _span(report: Report, finding: object) -> range:
    window, until = getattr(finding, "window", None), getattr(finding, "until", None)
    if window is None or until is None:
        return range(0)
    places = {w.start: i for i, w in enumerate(report.windows)}
    return range(places[window.start], places[until.start] + 1)


def _figure(
    report: Report, block: Block, name: str, lang: Lang
) -> NumberDistribution | CategoryDistribution | None:
    spec = report.baseline.layout.bins(name)
    now, then = report.whole.state(spec), report.baseline.cube.state(spec)
    if now is None:
        return None
    effect = block.current[0]
    metric = block.metric.titled(lang)
    title = say(lang, "column_size", column=name, metric=metric, value=number(effect.value))
    current = now["counts"][0].astype(float)
    reference = then["counts"][0].astype(float) if then is not None else None
    if isinstance(spec, Histogram):
        unit = report.baseline.layout.column(name).unit
        return NumberDistribution(
            title=title, name=name, unit=unit, edges=spec.binning.edges, current=current, reference=reference
        )
    assert isinstance(spec, Categories)
    return CategoryDistribution(
        title=title, name=name, categories=spec.known, current=current, reference=reference
    )
