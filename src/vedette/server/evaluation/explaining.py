"""Why: the diagnosis of the gravest finding of a window, as incidents remember it."""

from __future__ import annotations

from collections.abc import Sequence

from vedette.alerts.explanation import Explanation
from vedette.alerts.grouping import is_alarm
from vedette.diagnosis.cause import Diagnosis
from vedette.diagnosis.diagnose import diagnose
from vedette.diagnosis.explanations import explanations_of
from vedette.engine.alarms import Watcher
from vedette.engine.along import end_to_end
from vedette.engine.standing import Load
from vedette.server.evaluation.line import Line
from vedette.values import Finding, Window

#: Windows of a finding that are explained, the last ones.
SPAN = 28
#: Onsets that are explained, those of the gravest findings.
ONSETS = 3


def explain(
    findings: Sequence[Finding],
    line: Line,
    windows: Sequence[Window],
    load: Load,
    deploys: Sequence[int] = (),
) -> list[Explanation]:
    """Return why findings hold, best first: of each onset the gravest, over the windows it has held.

    None where there is nothing to explain. A note is not explained, unless a column raised an alarm: what costs
    nothing may still be a broken feed. Causes in columns that raised no alarm in these windows are left out: a column
    that always swings from window to window is no cause of one bad window.
    """
    told = [f for f in findings if f.level != "info" or is_alarm(f)]
    if not told:
        return []
    leads: dict[int, Finding] = {}
    for finding in told:
        leads.setdefault(finding.window.start if finding.window else windows[-1].start, finding)
    baseline, found = line.definition.baseline, []
    again = line.repeated(windows[-1])
    for begin, lead in list(leads.items())[:ONSETS]:
        held = [w for w in windows[-SPAN:] if w.start >= begin]
        before = (
            [again.first] if again and again.first.start < held[0].start else []
        )  # shows that rows came twice
        cube = end_to_end([*load(before), *load(held)])
        one = diagnose(
            cube, baseline, [lead], windows=slice(len(before), None) if before else None, deploys=deploys
        )
        alarmed = {f.column for f in findings} | _alarmed(line.watcher, windows, held[0])
        causes = tuple(c for c in one.causes if c.column is None or c.column in alarmed)
        found.append(Diagnosis.of(causes, one.context) if causes else one)
    return explanations_of(found, baseline, findings, windows[-1], deploys)


def _alarmed(watcher: Watcher | None, windows: Sequence[Window], first: Window) -> set[str | None]:
    """Return the columns of which an alarm stood in the first of some windows or later."""
    if watcher is None:
        return set()
    return {a.column for a in watcher.alarms if windows[min(a.last, len(windows) - 1)].start >= first.start}
