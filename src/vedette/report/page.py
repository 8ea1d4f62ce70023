"""From a report to its page: what stands where, and which charts are worth the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

import vedette
from vedette.engine.cube import TOTAL
from vedette.engine.evaluate import Block
from vedette.metrics.base import words
from vedette.report import curves, distributions, overtime
from vedette.report.report import Report
from vedette.rules.base import interval, number
from vedette.values import Estimate, Estimates, Finding
from vedette.views.content import Fact, Figure, FindingText, Headline, Page, Section, Status, anchor
from vedette.views.segments import Segments
from vedette.views.words import Lang

#: Findings shown on a page; the rest are counted.
MOST_FINDINGS = 60
#: Segment columns with a dot plot of their own.
MOST_SEGMENTS = 6


def page_of(report: Report, lang: Lang = "en") -> Page:
    """Return the page of a report."""
    layout = report.baseline.layout
    sections = [s for s in (*_performance(report), *_drift(report), *_segments(report)) if s.figures]
    return Page(
        title=report.model,
        subtitle=_subtitle(report),
        verdict=_told(report, lang)[0],
        advice=_advice(report, lang),
        level=_level(report.findings),
        facts=_facts(report),
        findings=tuple(_finding(f, report) for f in report.findings[:MOST_FINDINGS]),
        headlines=tuple(_headlines(report)),
        sections=tuple(sections),
        accounting=_accounting(report),
        notes=tuple(note.message for note in report.notes),
        why=tuple(Fact(k, v) for k, v in {**layout.why, **report.plan.left_out}.items()),
        lang=lang,
        version=vedette.__version__,
        content_hash=report.baseline.hash,
    )


def _told(report: Report, lang: Lang) -> tuple[str, str]:
    """Return verdict and remedy in the page's language."""
    diagnosis = report.diagnosis
    return diagnosis.in_words(lang) if diagnosis.causes else (diagnosis.verdict, diagnosis.remedy)


def _advice(report: Report, lang: Lang) -> str:
    others = len([f for f in report.findings if f.level != "info"]) - 1
    more = f"{others} more finding{'s' if others > 1 else ''} below." if others > 0 else ""
    return " ".join(part for part in (_told(report, lang)[1], more) if part)


def _level(findings: Sequence[Finding]) -> Status:
    levels = {f.level for f in findings}
    return "act" if "act" in levels else "watch" if "watch" in levels else "ok"


def _subtitle(report: Report) -> str:
    rows = f"{report.rows:,} rows against {report.baseline.rows:,} of the reference"
    if len(report.windows) == 1:
        return rows
    return f"{report.windows[0].label} to {report.windows[-1].label}, {len(report.windows)} windows; {rows}"


def _facts(report: Report) -> tuple[Fact, ...]:
    facts = [Fact("rows", report.rows), Fact("reference rows", report.baseline.rows)]
    facts.append(Fact("task", report.baseline.layout.task))
    if len(report.windows) > 1:
        facts.append(Fact("windows", len(report.windows)))
    covered = next((b for b in totals(report) if b.metric.name == "label_coverage"), None)
    if covered is not None:
        facts.append(Fact("labelled", number(covered.current[0].value, "share")))
    return tuple(facts)


def _accounting(report: Report) -> tuple[Fact, ...]:
    """Return what became of the rows: counted, and every note that says how many were not."""
    counted = [Fact("rows read", report.rows)]
    counted += [Fact(n.code, n.count, n.message) for n in report.notes if n.count is not None]
    return tuple(counted)


def totals(report: Report) -> list[Block]:
    """Return the blocks over all rows of metrics that are one number for the model."""
    return [b for b in report.blocks if b.dimension == TOTAL and b.metric.scope == "model"]


def _headlines(report: Report) -> Iterator[Headline]:
    changed = {f.metric: f.level for f in reversed(report.findings) if f.segment is None and f.column is None}
    timed = overtime.shown(report)
    for block in totals(report):
        now = block.current[0]
        then = block.reference[0] if block.reference is not None else Estimate(None)
        name = block.metric.key
        yield Headline(
            title=block.metric.title,
            value=now.value,
            low=now.low,
            high=now.high,
            n=now.n,
            reason=now.reason or "",
            reference=then.value,
            reference_low=then.low,
            reference_high=then.high,
            better=block.metric.better,
            unit=block.metric.unit,
            spark=overtime.spark(report, name),
            level=changed.get(name, "ok"),
            anchor=anchor("metric", name) if name in timed else "",
        )


def _performance(report: Report) -> Iterator[Section]:
    if len(report.windows) > 1:
        figures = tuple(overtime.figures(report, timeline(report)))
        yield Section(title="Performance over time", figures=figures, anchor="performance")
    yield Section(title="Score and label", figures=tuple(curves.figures(report)), anchor="curves", columns=2)


def _drift(report: Report) -> Iterator[Section]:
    overview = distributions.overview(report, timeline(report))
    yield Section(title="Drift by column", figures=tuple(overview), anchor="drift")
    yield Section(
        title="Distributions",
        figures=tuple(distributions.figures(report)),
        anchor="distributions",
        intro="Reference outlined, current filled; missing, unseen and out-of-range values stand by themselves.",
        columns=2,
    )


def _segments(report: Report) -> Iterator[Section]:
    figures = tuple(_segment_figures(report))
    yield Section(title="Segments, worst first", figures=figures, anchor="segments", columns=2)


def _segment_figures(report: Report) -> Iterator[Figure]:
    metric = overtime.leading(report)
    counts = {b.dimension: b for b in report.blocks if b.metric.name == "row_count" and b.dimension}
    for block in report.blocks:
        if block.metric.key != metric or not block.dimension:
            continue
        kept = [i for i in range(len(block.segments)) if block.current.n[i] > 0]
        if len(kept) < 2 or len(counts) > MOST_SEGMENTS:
            continue
        rows = counts[block.dimension].current.value[kept] if block.dimension in counts else None
        yield Figure(
            view=Segments(
                title=f"{block.metric.title} by {block.dimension}",
                name=block.metric.title,
                unit=block.metric.unit,
                segments=tuple(block.segments[i] for i in kept),
                current=_rows(block.current, kept),
                reference=_rows(block.reference, kept) if block.reference is not None else None,
                share=None if rows is None else rows / max(np.nansum(rows), 1.0),
                better=block.metric.better,
                overall=report.estimate(block.metric.name).value,
            ),
            anchor=anchor("segment", block.dimension),
        )


def _rows(estimates: Estimates, rows: list[int]) -> Estimates:
    return Estimates(**{f: getattr(estimates, f)[rows] for f in Estimates.__struct_fields__})


def _finding(finding: Finding, report: Report) -> FindingText:
    when = _when(finding, report)
    effect = interval(finding.effect) if finding.effect else ""
    evidence = "" if finding.evidence is None else f"p {_p(finding.evidence)} over everything looked at"
    place = "feature" if finding.column else "segment" if finding.segment else "metric"
    name = finding.column or (finding.segment.column if finding.segment else finding.metric)
    also = _also(finding.also)
    return FindingText(
        level=finding.level,
        title=f"{finding.message}{when}{also}",
        effect=effect,
        evidence=evidence,
        anchor=anchor(place, name),
    )


def _when(finding: Finding, report: Report) -> str:
    """Return when a finding held, in words: on one window, from one to another, or since one until now."""
    first, last = finding.window, finding.until or finding.window
    if first is None or last is None:
        return ""
    if last == report.windows[-1] != first:
        return f", since {first.label}"
    return f", on {first.label}" if last == first else f", from {first.label} to {last.label}"


def _also(names: tuple[str, ...], most: int = 4) -> str:
    if not names:
        return ""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"; with it {', '.join(words(name) for name in names[:most])}{more}"


def _p(value: float) -> str:
    return "< 1e-12" if value < 1e-12 else f"= {value:.2g}"


def timeline(report: Report) -> overtime.Timeline:
    """Return the axis that all charts of the page share, in the wall clock of the windows' labels."""
    if report.by_row:
        return overtime.Timeline.of(report.windows, "row")
    zone = ZoneInfo(report.timezone)
    starts = [datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(zone) for w in report.windows]
    offsets = [s.utcoffset() for s in starts]
    return overtime.Timeline.of(report.windows, "time", [o.total_seconds() if o else 0.0 for o in offsets])
