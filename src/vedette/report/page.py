"""From a report to its page: what stands where, and which charts are worth the room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

import vedette
from vedette.engine.cube import TOTAL
from vedette.engine.evaluate import Block
from vedette.metrics.base import key_in_words, words
from vedette.numerals import number
from vedette.report import asked, curves, distributions, incidents, overtime
from vedette.report.report import Report
from vedette.sentences.filling import span
from vedette.sentences.sentence import Sentence
from vedette.sentences.windows import window_in
from vedette.values import Estimate, Estimates, Finding, Window
from vedette.views.content import Fact, Figure, FindingText, Headline, Page, Section, Status, anchor
from vedette.views.impact import impact_told
from vedette.views.incidents import heading
from vedette.views.segments import Segments
from vedette.views.words import PHRASES, Lang, say

#: Findings shown on a page; the rest are counted.
MOST_FINDINGS = 60
#: What is chosen beside metrics, as people read it.
_CHOSEN = {"task": "why_task", "classes": "why_classes", "positive": "why_positive", "id": "why_id"}
#: Segment columns with a dot plot of their own.
MOST_SEGMENTS = 6


def page_of(report: Report, lang: Lang = "en") -> Page:
    """Return the page of a report."""
    layout = report.baseline.layout
    sections = [
        s
        for s in (
            *_incidents(report, lang),
            *_performance(report, lang),
            *_drift(report, lang),
            *_segments(report, lang),
        )
        if s.figures
    ]
    return Page(
        title=report.model,
        subtitle=_subtitle(report, lang),
        verdict=_told(report, lang)[0],
        advice=_advice(report, lang),
        level=_level(report.findings),
        facts=_facts(report, lang),
        findings=tuple(_finding(f, report, lang) for f in report.findings[:MOST_FINDINGS]),
        headlines=tuple(_headlines(report, lang)),
        sections=(*asked.sections(report.asked, layout.task, lang), *sections),
        accounting=_accounting(report, lang),
        notes=tuple(note.in_words(lang) for note in report.notes),
        why=tuple(_why(report, lang)),
        lang=lang,
        version=vedette.__version__,
        content_hash=report.baseline.hash,
    )


def _why(report: Report, lang: Lang) -> Iterator[Fact]:
    """Yield what was chosen, or left out, and why."""
    for name, why in report.why.items():
        told = why.in_words(lang) if isinstance(why, Sentence) else why
        yield Fact(say(lang, _CHOSEN[name]) if name in _CHOSEN else key_in_words(name, lang), told)


def _told(report: Report, lang: Lang) -> tuple[str, str]:
    """Return verdict and remedy in the page's language."""
    diagnosis = report.diagnosis
    if diagnosis.causes:
        return diagnosis.in_words(lang)
    return say(lang, "nothing_changed", rows=f"{report.rows:,}"), diagnosis.remedy


def _advice(report: Report, lang: Lang) -> str:
    others = len([f for f in report.findings if f.level != "info"]) - 1
    more = say(lang, "more_below", n=others) if others > 0 else ""
    return " ".join(part for part in (_told(report, lang)[1], more) if part)


def _level(findings: Sequence[Finding]) -> Status:
    levels = {f.level for f in findings}
    return "act" if "act" in levels else "watch" if "watch" in levels else "ok"


def _subtitle(report: Report, lang: Lang) -> str:
    rows = say(lang, "against", rows=f"{report.rows:,}", before=f"{report.baseline.rows:,}")
    if len(report.windows) == 1:
        return rows
    first, last = (window_in(lang, report.windows[end].label) for end in (0, -1))
    return say(lang, "period", first=first, last=last, n=len(report.windows), rows=rows)


def _facts(report: Report, lang: Lang) -> tuple[Fact, ...]:
    task = report.baseline.layout.task
    facts = [Fact(say(lang, "rows"), report.rows), Fact(say(lang, "reference_rows"), report.baseline.rows)]
    facts.append(Fact(say(lang, "task"), say(lang, task) if task in PHRASES else task))
    if len(report.windows) > 1:
        facts.append(Fact(say(lang, "windows"), len(report.windows)))
    covered = next((b for b in totals(report) if b.metric.name == "label_coverage"), None)
    if covered is not None:
        facts.append(Fact(say(lang, "labelled"), number(covered.current[0].value, "share")))
    return tuple(facts)


def _accounting(report: Report, lang: Lang) -> tuple[Fact, ...]:
    """Return what became of the rows: counted, and every note that says how many were not."""
    counted = [Fact(say(lang, "rows_read"), report.rows)]
    counted += [Fact(n.code, n.count, n.in_words(lang)) for n in report.notes if n.count is not None]
    return tuple(counted)


def totals(report: Report) -> list[Block]:
    """Return the blocks over all rows of metrics that are one number for the model."""
    return [b for b in report.blocks if b.dimension == TOTAL and b.metric.scope == "model"]


def _headlines(report: Report, lang: Lang) -> Iterator[Headline]:
    changed = {f.metric: f.level for f in reversed(report.findings) if f.segment is None and f.column is None}
    timed = overtime.shown(report)
    for block in totals(report):
        now = block.current[0]
        then = block.reference[0] if block.reference is not None else Estimate(None)
        name = block.metric.key
        yield Headline(
            title=block.metric.titled(lang),
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


def _incidents(report: Report, lang: Lang) -> Iterator[Section]:
    if len(report.windows) > 1:
        figures = incidents.figures(report, timeline(report, lang), lang)
        yield Section(title=heading(lang), figures=figures, anchor="incidents")


def _performance(report: Report, lang: Lang) -> Iterator[Section]:
    if len(report.windows) > 1:
        figures = tuple(overtime.figures(report, timeline(report, lang), lang))
        yield Section(title=say(lang, "performance_section"), figures=figures, anchor="performance")
    drawn = tuple(curves.figures(report, lang))
    yield Section(title=say(lang, "curves_section"), figures=drawn, anchor="curves", columns=2)


def _drift(report: Report, lang: Lang) -> Iterator[Section]:
    overview = distributions.overview(report, timeline(report, lang), lang)
    yield Section(title=say(lang, "drift_section"), figures=tuple(overview), anchor="drift")
    yield Section(
        title=say(lang, "distributions_section"),
        figures=tuple(distributions.figures(report, lang)),
        anchor="distributions",
        intro=say(lang, "distributions_intro"),
        columns=2,
    )


def _segments(report: Report, lang: Lang) -> Iterator[Section]:
    figures = tuple(_segment_figures(report, lang))
    yield Section(title=say(lang, "segments_section"), figures=figures, anchor="segments", columns=2)


def _segment_figures(report: Report, lang: Lang) -> Iterator[Figure]:
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
                title=say(lang, "by_segment", metric=block.metric.titled(lang), column=block.dimension),
                name=block.metric.titled(lang),
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


def _finding(finding: Finding, report: Report, lang: Lang) -> FindingText:
    effect = span(finding.effect.spanned(), "", lang) if finding.effect else ""
    place = "feature" if finding.column else "segment" if finding.segment else "metric"
    name = finding.column or (finding.segment.column if finding.segment else finding.metric)
    told = finding.in_words(lang), _when(finding, report, lang), _also(finding.also, lang)
    return FindingText(
        level=finding.level,
        title="".join(told),
        effect=effect,
        evidence=finding.chance(lang),
        impact=impact_told(finding.impact, lang, relative=report.baseline.layout.task == "regression"),
        anchor=anchor(place, name),
    )


def _when(finding: Finding, report: Report, lang: Lang) -> str:
    """Return when a finding held, in words: on one window, from one to another, or since one until now."""
    first, last = finding.window, finding.until or finding.window
    if first is None or last is None:
        return ""
    began, ended = window_in(lang, first.label), window_in(lang, last.label)
    if last == report.windows[-1] != first:
        return say(lang, "when_since", first=began)
    if last == first:
        return say(lang, "when_on", first=began)
    return say(lang, "when_between", first=began, last=ended)


def _also(names: tuple[str, ...], lang: Lang, most: int = 4) -> str:
    if not names:
        return ""
    named = [_named(name, lang) for name in names[:most]]
    told = (", " if lang == "en" else "、").join(named)
    more = len(names) - most
    return say(lang, "with_it_more", names=told, n=more) if more > 0 else say(lang, "with_it", names=told)


def _named(name: str, lang: Lang) -> str:
    """Return what changed too, a column or a metric (in a segment), as people read it."""
    if lang == "en":
        return words(name)
    metric, where, segment = name.partition(" where ")
    title = key_in_words(metric, lang)
    return f"{segment} 中的{title}" if where else title


def timeline(report: Report, lang: Lang = "en") -> overtime.Timeline:
    """Return the axis that all charts of the page share, in the wall clock of the windows' labels."""
    if report.by_row:
        named = [Window(w.start, w.end, window_in(lang, w.label)) for w in report.windows]
        return overtime.Timeline.of(named, "row")
    zone = ZoneInfo(report.timezone)
    starts = [datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(zone) for w in report.windows]
    offsets = [s.utcoffset() for s in starts]
    return overtime.Timeline.of(report.windows, "time", [o.total_seconds() if o else 0.0 for o in offsets])
