"""Alarms as findings: how big the change is over the windows it held, beside the evidence that raised it."""

from __future__ import annotations

import msgspec
import numpy as np

from vedette.engine.alarms import Alarm, Watch
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.evaluate import evaluate_one
from vedette.engine.plan import choose
from vedette.metrics.base import metric
from vedette.rules.base import interval, number
from vedette.rules.change import difference
from vedette.rules.shift import Shift
from vedette.values import Estimate, Finding, Level, Note, Window

#: The distance that says how big a change is.
SIZE = "psi"
#: The share of missing values.
MISSING = "missing"
#: Rise of that share that calls for action, and the one worth watching.
GRAVE, SLIGHT = 0.1, 0.01


def findings_of(watched: Watch, cube: Cube, baseline: Baseline, level: float = 0.95) -> list[Finding]:
    """Return one finding for each alarm, in the order of their beginning."""
    ordered = sorted(watched.alarms, key=lambda a: (a.onset, a.column))
    return _outages([_finding(alarm, cube, baseline, level) for alarm in ordered])


def _outages(findings: list[Finding]) -> list[Finding]:
    """Return the findings with columns that went missing in the very same windows told as one."""
    joined: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        alone = finding.metric != MISSING
        key = (finding.column if alone else None, finding.metric, finding.window, finding.until)
        known = joined.get(key)
        joined[key] = finding if known is None else _with(known, finding)
    return list(joined.values())


def _with(lead: Finding, other: Finding) -> Finding:
    also = (*lead.also, str(other.column))
    named = ", ".join((str(lead.column), *also))
    share = lead.message.partition("missing in")[2]
    return msgspec.structs.replace(lead, also=also, message=f"{named} are missing in{share}")


def promise_note(watched: Watch) -> Note:
    """Return the promise in words, and how its seasons were chosen."""
    seasons = sorted({s.name for s in watched.seasons})
    columns = len({column for column, _ in watched.streams})
    said = f"Drift alarms keep one promise for all {columns} columns: at most {watched.promise} by chance"
    if any(not s.known for s in watched.seasons):
        said += "; the reference is too short to know a season, so small changes are granted"
        return Note("alerts.promise", said)
    return Note("alerts.promise", f"{said}; compared by season: {', '.join(seasons)}")


def _finding(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    windows = cube.windows[alarm.onset : alarm.last + 1]
    gone = alarm.part == "missing"
    now, then = _estimates(MISSING if gone else SIZE, alarm, cube, baseline, level)
    severity, message = _missing(alarm, now, then) if gone else _moved(alarm, now)
    return Finding(
        rule="promise",
        metric=MISSING if gone else SIZE,
        level=severity,
        message=message,
        column=alarm.column,
        window=windows[0],
        until=windows[-1],
        current=now,
        reference=then if gone else None,
        effect=difference(now, then) if gone else now,
        evidence=float(np.exp(-alarm.evidence)),
    )


def _moved(alarm: Alarm, now: Estimate) -> tuple[Level, str]:
    """Return how grave a moved distribution is, and the sentence."""
    sizes, low = Shift(), now.low or 0.0
    severity: Level = "act" if low > sizes.large else "watch" if low > sizes.small else "info"
    size = f"population stability index {interval(now)}" if now else "too few rows to say how far"
    return severity, f"{alarm.column} moved: {size}"


def _missing(alarm: Alarm, now: Estimate, then: Estimate) -> tuple[Level, str]:
    """Return how grave a changed share of missing values is, and the sentence."""
    share, usual = now.value or 0.0, then.value or 0.0
    severity: Level = "act" if share - usual > GRAVE else "watch" if share - usual > SLIGHT else "info"
    words = f"{number(share, 'share')} of rows, {number(usual, 'share')} in the reference"
    return severity, f"{alarm.column} is missing in {words}"


def _estimates(
    name: str, alarm: Alarm, cube: Cube, baseline: Baseline, level: float
) -> tuple[Estimate, Estimate]:
    """Return a metric over all windows in which the alarm stood, and in the reference."""
    one = choose(metric(name, column=alarm.column), baseline.layout)
    standing = np.arange(alarm.onset, alarm.last + 1)
    first, last = cube.windows[alarm.onset], cube.windows[alarm.last]
    span = Cube([Window(first.start, last.end, first.label)], {})
    for spec in one.needs.values():
        state = cube.state(spec)
        if state is not None:
            span.states[TOTAL, spec] = state.fold([standing])
    nothing = Estimate(None, reason="undefined")
    block = evaluate_one(one, span, baseline.cube, TOTAL, level)
    if block is None:
        return nothing, nothing
    return block.current[0], block.reference[0] if block.reference is not None else nothing
