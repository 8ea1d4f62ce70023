"""The findings of a replayed history as the incidents they would have been."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from vedette.alerts.advance import Notice, history
from vedette.alerts.calendar import covered
from vedette.alerts.explanation import Explanation
from vedette.alerts.grouping import is_alarm
from vedette.alerts.incident import Incident
from vedette.alerts.policy import RANK, Policy
from vedette.diagnosis.cause import Diagnosis
from vedette.diagnosis.explanations import explanations_of
from vedette.engine.alarms import Watch
from vedette.report.report import Report
from vedette.values import Finding, Window
from vedette.views.content import Figure
from vedette.views.incidents import Incidents, Lane, counted
from vedette.views.timeline import Timeline
from vedette.views.words import Lang

#: Incidents that are diagnosed, the gravest first.
DIAGNOSED = 8


class Lived(NamedTuple):
    """Incidents in the order they opened, and what would have been told, in order of time."""

    incidents: tuple[Incident, ...]
    notices: tuple[Notice, ...]


def lived(report: Report, policy: Policy | None = None) -> Lived:
    """Return the incidents of a report over windows; none without windows.

    Parameters
    ----------
    policy : Policy, optional
        Default: the report's.
    """
    if len(report.windows) == 1:
        return Lived((), ())
    chosen = policy or report.policy
    if report.by_row:  # windows of rows have no clock
        chosen = msgspec.structs.replace(chosen, cooldown="", remind_every="", digest="")
    planned = (
        None if report.by_row else covered(report.calendar, report.windows, report.timezone, "mute").tolist()
    )
    told = [f for f in report.findings if f.window is not None]
    found = [_known(f, report.watched, report.windows) for f in told]

    def once(why: Callable[[Window], Sequence[Explanation]]) -> Lived:
        return Lived(
            *history(
                told,
                report.windows,
                chosen,
                model=report.model,
                found=found,
                explain=why,
                mutes=report.mutes,
                planned=planned,
                outputs=report.baseline.layout.schema.outputs,
            )
        )

    alone = once(lambda _: ())
    diagnosed = list(_diagnosed(report, alone.incidents))
    return once(_explaining(report, diagnosed)) if diagnosed else alone


def figures(report: Report, timeline: Timeline, lang: Lang) -> tuple[Figure, ...]:
    """Return the timeline of incidents, where there were any."""
    found = report.incidents
    if not found:
        return ()
    place = {w.start: i for i, w in enumerate(report.windows)}
    lanes = tuple(_lane(one, timeline, place, lang) for one in found)
    view = Incidents(title=counted(lanes, lang), timeline=timeline, lanes=lanes)
    return (Figure(view=view, anchor="incident-lanes"),)


def _lane(one: Incident, timeline: Timeline, place: dict[int, int], lang: Lang) -> Lane:
    return Lane(
        cause=one.cause,
        level=one.level,
        start=float(timeline.start[place[one.since.start]]),
        found=float(timeline.start[place[one.opened.start]]),
        end=float(timeline.end[place[one.last.start]]),
        text=one.lead.in_words(lang),
        standing=one.state != "resolved",
    )


def _explaining(
    report: Report, diagnosed: Sequence[tuple[Window, Window, Diagnosis]]
) -> Callable[[Window], list[Explanation]]:
    """Return what explains a window: all diagnoses whose windows it is among."""

    @functools.cache
    def of(places: tuple[int, ...]) -> list[Explanation]:
        chosen = [diagnosed[i] for i in places]
        until = max((last.start for _, last, _ in chosen), default=0)
        held = [f for f in report.findings if f.window is not None and f.window.start <= until]
        found = [one for _, _, one in chosen]
        return explanations_of(found, report.baseline, held, report.windows[-1], report.deploys)

    def why(window: Window) -> list[Explanation]:
        spans = enumerate(diagnosed)
        return of(tuple(i for i, (a, b, _) in spans if a.start <= window.start <= b.start))

    return why


def _diagnosed(report: Report, incidents: Sequence[Incident]) -> Iterator[tuple[Window, Window, Diagnosis]]:
    """Yield the diagnoses of the gravest incidents, and the windows they are about.

    A note is not explained, unless a column raised an alarm: what costs nothing may still be a broken feed.
    """
    told = [one for one in incidents if one.level != "info" or is_alarm(one.lead)]
    for one in sorted(told, key=lambda one: -RANK[one.level])[:DIAGNOSED]:
        if one.lead.window is None:
            continue
        yield one.lead.window, one.lead.until or one.lead.window, report.diagnosis_of(one.lead)


def _known(finding: Finding, watched: Watch | None, windows: Sequence[Window]) -> Window | None:
    """Return the window in which an alarm of the promise was raised, which is later than its onset."""
    if finding.rule != "promise" or watched is None or finding.window is None:
        return None
    last = (finding.until or finding.window).start
    mine = [
        alarm.raised
        for alarm in watched.alarms
        if alarm.column == finding.column
        and windows[alarm.onset].start >= finding.window.start
        and windows[alarm.last].start <= last
    ]
    return windows[min(mine)] if mine else None
