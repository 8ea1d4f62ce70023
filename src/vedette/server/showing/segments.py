"""The segment explorer from the store: worst slices first, and whether the mix or the inside of the slices moved."""

from __future__ import annotations

import numpy as np

from vedette.diagnosis.mix import mix
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_one
from vedette.metrics.base import Metric
from vedette.numerals import number
from vedette.server.api.desk import Desk
from vedette.server.pages.parts import Choice, Paging, SegmentRow
from vedette.server.pages.segments import SegmentQuery, SegmentsPage, Split
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing import numbers
from vedette.server.showing.model import found, leading_metric
from vedette.server.showing.numbers import References
from vedette.server.showing.slices import dimensions, merged, slices, with_labels, worsened
from vedette.values import Estimate, Estimates
from vedette.views.segments import Segments

#: How far the sum of the parts may be from the whole before a metric counts as no mean over its rows.
EXACT = 1e-9


def segments(
    desk: Desk, references: References, visit: Visit, name: str, version: str, query: SegmentQuery
) -> SegmentsPage | None:
    """Return the page, None where there is no such model or version."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, version, query.span)
        if head is None:
            return None
        definition = head.definition
        metric = leading_metric(definition, query.metric) if definition else None
        if definition is None or metric is None:
            return SegmentsPage(subject=head.subject, query=query, verdict=head.health.verdict)
        known = list(dimensions(definition))
        dimension = query.dimension if query.dimension in known else ""
        cube = merged(tx, definition, with_labels(tx, head.period, metric))
        rows = slices(tx, references, definition, head.period, metric, cube=cube, dimension=dimension)
    worst = rows[0] if rows else None
    told_by = dimension or (worst.segment.partition(" = ")[0] if worst else "")
    listed = _sorted(rows, query.sort)
    paging = Paging(len(listed), query.page)
    first = (paging.at - 1) * paging.size
    choices = [Choice("", say(visit.lang, "segments.all_columns")), *(Choice(d, d) for d in known)]
    return SegmentsPage(
        subject=head.subject,
        query=query,
        verdict=_verdict(worst, metric, visit),
        dimensions=tuple(choices) if known else (),
        metrics=tuple(Choice(m.key, m.titled(visit.lang)) for m in numbers.shown(definition)),
        metric_title=metric.titled(visit.lang),
        split=_split(definition, cube, metric, told_by) if cube and told_by else None,
        chart=_chart(listed, metric, _verdict(worst, metric, visit), visit) if listed else None,
        rows=tuple(listed[first : first + paging.size]),
        paging=paging,
    )


def _sorted(rows: list[SegmentRow], sort: str) -> list[SegmentRow]:
    if sort == "share":
        return sorted(rows, key=lambda r: -r.share)
    if sort == "change":
        return sorted(rows, key=lambda r: -_moved(r))
    return rows


def _moved(row: SegmentRow) -> float:
    return (
        abs(row.now.value - row.before.value)
        if row.now.value is not None and row.before.value is not None
        else 0
    )


def _verdict(worst: SegmentRow | None, metric: Metric, visit: Visit) -> str:
    if worst is None:
        return say(visit.lang, "segments.too_few")
    if worsened(worst.now, worst.before, metric) <= 0:
        return say(visit.lang, "segments.none_worse", metric=metric.titled(visit.lang))
    then, now = (number(one.value, metric.unit) for one in (worst.before, worst.now))
    return say(
        visit.lang,
        "segments.worse",
        metric=metric.titled(visit.lang),
        segment=worst.segment,
        then=then,
        now=now,
    )


def _split(definition: Definition, cube: Cube, metric: Metric, dimension: str) -> Split | None:
    """Return the change in two parts, exact for a metric that is a mean over the rows it counts; else None."""
    now = _cells(definition, cube, metric, dimension)
    then = _cells(definition, definition.baseline.cube, metric, dimension)
    if now is None or then is None:
        return None
    parts = mix(now, then)
    return Split(parts.change, parts.mix, parts.within, metric.unit) if parts else None


def _cells(definition: Definition, cube: Cube, metric: Metric, dimension: str) -> np.ndarray | None:
    """Return rows and total of the metric for each segment, shape (g, 2); None where they do not make up the whole."""
    one = next(c for c in definition.plan.chosen if c.metric.key == metric.key)
    if dimension not in cube.segments:
        return None
    parts, whole = evaluate_one(one, cube, None, dimension), evaluate_one(one, cube, None, TOTAL)
    if parts is None or whole is None or parts.groups or whole.current[0].value is None:
        return None
    n, value = np.nan_to_num(parts.current.n), np.nan_to_num(parts.current.value)
    n = np.where(np.isnan(parts.current.value), 0.0, n)
    overall = whole.current[0].value
    if not n.sum() or abs(float((n * value).sum() / n.sum()) - overall) > EXACT:
        return None
    cells: np.ndarray = np.stack([n, n * value], axis=1)
    return cells


def _chart(rows: list[SegmentRow], metric: Metric, title: str, visit: Visit) -> Segments:
    return Segments(
        title=title,
        name=metric.titled(visit.lang),
        segments=tuple(row.segment for row in rows),
        current=_columns([row.now for row in rows]),
        unit=metric.unit,
        reference=_columns([row.before for row in rows]),
        share=np.array([row.share for row in rows]),
        better=metric.better,
    )


def _columns(found_: list[Estimate]) -> Estimates:
    def filled(name: str) -> np.ndarray:
        return np.array([np.nan if (v := getattr(e, name)) is None else v for e in found_], float)

    return Estimates.of(filled("value"), filled("low"), filled("high"), n=filled("n"))
