"""Alarms as findings: how big the change is over the windows it held, beside the evidence that raised it."""

from __future__ import annotations

import numpy as np

from vedette.engine.alarms import Alarm, Watch
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.evaluate import evaluate_one
from vedette.engine.plan import choose
from vedette.metrics.base import metric
from vedette.rules.base import interval
from vedette.rules.shift import Shift
from vedette.values import Estimate, Finding, Note, Window

#: The distance that says how big a change is.
SIZE = "psi"


def findings_of(watched: Watch, cube: Cube, baseline: Baseline, level: float = 0.95) -> list[Finding]:
    """Return one finding for each alarm, in the order of their beginning."""
    ordered = sorted(watched.alarms, key=lambda a: (a.onset, a.column))
    return [_finding(alarm, cube, baseline, level) for alarm in ordered]


def promise_note(watched: Watch) -> Note:
    """Return the promise in words, and how its seasons were chosen."""
    seasons = sorted({s.name for s in watched.seasons})
    unknown = [c for c, s in zip(watched.columns, watched.seasons, strict=True) if not s.known]
    said = f"Drift alarms keep one promise for all {len(watched.columns)} columns: at most {watched.promise} by chance"
    if unknown:
        return Note(
            "alerts.promise",
            f"{said}; the reference is too short to know a season, so small changes are granted",
        )
    return Note("alerts.promise", f"{said}; compared by season: {', '.join(seasons)}")


def _finding(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    windows = cube.windows[alarm.onset : alarm.last + 1]
    effect = _effect(alarm, cube, baseline, level)
    sizes = Shift()
    low = effect.low or 0.0
    size = f"population stability index {interval(effect)}" if effect else "too few rows to say how far"
    return Finding(
        rule="promise",
        metric=SIZE,
        level="act" if low > sizes.large else "watch" if low > sizes.small else "info",
        message=f"{alarm.column} moved: {size}",
        column=alarm.column,
        window=windows[0],
        until=windows[-1],
        current=effect,
        effect=effect,
        evidence=float(np.exp(-alarm.evidence)),
    )


def _effect(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Estimate:
    """Return the distance from the reference of all windows in which the alarm stood."""
    one = choose(metric(SIZE, column=alarm.column), baseline.layout)
    standing = np.arange(alarm.onset, alarm.last + 1)
    first, last = cube.windows[alarm.onset], cube.windows[alarm.last]
    span = Cube([Window(first.start, last.end, first.label)], {})
    for spec in one.needs.values():
        state = cube.state(spec)
        if state is not None:
            span.states[TOTAL, spec] = state.fold([standing])
    block = evaluate_one(one, span, baseline.cube, TOTAL, level)
    return block.current[0] if block is not None else Estimate(None, reason="undefined")
