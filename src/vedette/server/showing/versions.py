"""Two versions side by side from the store, on the windows in which both had rows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vedette.engine.along import end_to_end
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_one
from vedette.engine.rivals import Contest, Rivalry, contest
from vedette.metrics.base import Metric
from vedette.rules.change import difference
from vedette.sentences.titles import title_in
from vedette.server.api.desk import Desk
from vedette.server.api.reading import MOST_WINDOWS
from vedette.server.evaluation.keeping import load
from vedette.server.pages.versions import VersionsPage, Versus
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing import charts, numbers
from vedette.server.showing.model import Found, found
from vedette.server.showing.numbers import References
from vedette.server.showing.slices import SUPPORT
from vedette.server.showing.spans import Period, period
from vedette.store.database import Transaction
from vedette.values import Window
from vedette.views.chart import View
from vedette.views.content import Status

#: Rows of the table of segments, and the bound below which the versions' rows are of two kinds.
ROWS, ALPHA = 20, 0.05
#: Metrics that a verdict names, and those that say nothing about how well a version does.
NAMED, ABOUT_ROWS = 3, ("row_count", "label_coverage")


def versions(
    desk: Desk, references: References, visit: Visit, name: str, a: str, b: str, span: str
) -> VersionsPage | None:
    """Return the page; empty names mean the two newest, None where there is no such model or version."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, b, span)
        if head is None:
            return None
        known = head.subject.versions
        if len(known) < 2 or head.definition is None:
            return VersionsPage(
                subject=head.subject, a=head.subject.version, b="", verdict=head.health.verdict
            )
        challenger = b or known[0]
        champion = a or next(v for v in known if v != challenger)
        if not {champion, challenger} <= set(known):
            return None
        return _page(tx, desk, references, visit, head, champion, challenger, span)


def _page(
    tx: Transaction,
    desk: Desk,
    references: References,
    visit: Visit,
    head: Found,
    a: str,
    b: str,
    span: str,
) -> VersionsPage | None:
    definition = desk.library.find_now(tx, head.subject.name, a)
    if definition is None:
        return VersionsPage(subject=head.subject, a=a, b="", verdict=head.health.verdict)
    periods = [period(tx, head.subject.name, version, span) for version in (a, b)]
    spans = [{Window(w.start, w.end, w.label) for w in one.windows} for one in periods]
    shared = sorted(spans[0] & spans[1])[-MOST_WINDOWS:]
    sides = [load(tx, head.subject.name, version, definition, shared) for version in (a, b)]
    result = contest(sides[0], sides[1], definition)
    leading = numbers.leading(definition)
    return VersionsPage(
        subject=head.subject,
        a=a,
        b=b,
        verdict=_verdict(result, b, visit),
        rows_a=result.rows[0],
        rows_b=result.rows[1],
        metrics=tuple(_versus(one, visit) for one in result.metrics if one.metric != "row_count"),
        segments=_segments(definition, leading, sides) if leading and result.windows else (),
        charts=_charts(tx, references, definition, leading, _same_time(periods), visit) if leading else (),
    )


def _verdict(result: Contest, b: str, visit: Visit) -> str:
    if not result.windows:
        return say(visit.lang, "versions.apart")
    better, worse = _named(result, "better", visit), _named(result, "worse", visit)
    if better and worse:
        told = say(visit.lang, "versions.both", b=b, better=better, worse=worse)
    elif better or worse:
        key = "versions.better" if better else "versions.worse"
        told = say(visit.lang, key, b=b, metrics=better or worse)
    else:
        told = say(visit.lang, "versions.even", n=result.windows)
    if result.evidence >= ALPHA:
        return told
    column = next(iter(result.columns), "")
    return f"{told} {say(visit.lang, 'versions.other_rows', column=column)}"


def _named(result: Contest, outcome: str, visit: Visit) -> str:
    """Return the first metrics with an outcome, in words, and how many more there are."""
    found = [
        title_in(visit.lang, m.title)
        for m in result.metrics
        if m.outcome == outcome and m.metric not in ABOUT_ROWS
    ]
    told = say(visit.lang, "page.comma").join(found[:NAMED])
    return told + say(visit.lang, "versions.more", n=len(found) - NAMED) if len(found) > NAMED else told


def _versus(one: Rivalry, visit: Visit) -> Versus:
    level: Status = "act" if one.outcome == "worse" else "ok"
    return Versus(
        title=title_in(visit.lang, one.title),
        a=one.champion,
        b=one.challenger,
        difference=one.difference,
        better=one.better,
        unit=one.unit,
        level=level,
    )


def _segments(definition: Definition, metric: Metric, sides: Sequence[Sequence[Cube]]) -> tuple[Versus, ...]:
    """Return the leading metric on each segment of both, the largest sure loss of `b` first."""
    a, b = (end_to_end(cubes).over_time() for cubes in sides)
    one = next(c for c in definition.plan.chosen if c.metric.key == metric.key)
    rows = []
    for dimension in (d for d in a.segments if d != TOTAL):
        left, right = (evaluate_one(one, cube, None, dimension) for cube in (a, b))
        if left is None or right is None or left.groups:
            continue
        for i, segment in enumerate(left.segments):
            now, before = right.current[i], left.current[i]
            if now.value is None or before.value is None or min(now.n, before.n) < SUPPORT:
                continue
            gap = difference(now, before)
            bad = (
                gap.high is not None
                and gap.low is not None
                and (
                    gap.high < 0
                    if metric.better == "higher"
                    else gap.low > 0
                    if metric.better == "lower"
                    else False
                )
            )
            rows.append(
                Versus(
                    title=f"{dimension} = {segment}",
                    a=before,
                    b=now,
                    difference=gap,
                    better=metric.better,
                    unit=metric.unit,
                    level="act" if bad else "ok",
                )
            )
    sign = -1.0 if metric.better == "lower" else 1.0
    rows.sort(key=lambda row: (row.level != "act", sign * (row.difference.value or 0.0)))
    return tuple(rows[:ROWS])


def _same_time(periods: Sequence[Period]) -> Sequence[Period]:
    """Return the part of each period that lies in all, so that their charts have one time axis."""
    if not all(one.windows for one in periods):
        return periods
    start = max(one.windows[0].start for one in periods)
    end = min(one.windows[-1].start for one in periods)
    common = [one.between(start, end + 1) for one in periods]
    return common if all(one.windows for one in common) else periods


def _charts(
    tx: Transaction,
    references: References,
    definition: Definition,
    metric: Metric,
    periods: Sequence[Period],
    visit: Visit,
) -> tuple[View, ...]:
    before = references.of(definition, metric.key)
    views = [charts.performance(tx, one, metric, before, (), visit.lang) for one in periods if one.windows]
    return tuple(
        msgspec.structs.replace(view, title=f"{one.version}: {view.title}")
        for view, one in zip(views, [p for p in periods if p.windows], strict=True)
    )
