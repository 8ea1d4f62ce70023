"""Alarms of directions through several columns, as findings: how far rows moved along the one that shows it best."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vedette.binning import Binning
from vedette.engine.alarms import Alarm
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.layout import Layout
from vedette.metrics.drift.psi import Psi
from vedette.rules.shift import Shift
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State
from vedette.summaries.histogram import Histogram
from vedette.summaries.projections import Projections
from vedette.values import Finding, Level, Window

#: The metrics that say how far the columns, or the vectors, moved together.
COLUMNS, VECTORS = "mmd", "embedding_mmd"


def joint_finding(alarm: Alarm, cube: Cube, baseline: Baseline, level: float) -> Finding:
    """Return the finding of an alarm along one direction."""
    spec, direction = projections_of(alarm, baseline.layout), int(alarm.of or 0)
    windows = cube.windows[alarm.onset : alarm.last + 1]
    now = cube.states[TOTAL, spec].fold([np.arange(alarm.onset, alarm.last + 1)])
    current, then = (
        {"bins": _histogram(one, spec, direction)} for one in (now, baseline.cube.states[TOTAL, spec])
    )
    effect = Psi().compute(current, then, level)[0]
    sizes, low = Shift(), effect.low or 0.0
    severity: Level = "act" if low > sizes.large else "watch" if low > sizes.small else "info"
    what = Sentence.of("verbatim", text=spec.embedding) if spec.embedding else Sentence.of("together.columns")
    said = {
        "what": what.plain(),
        "direction": spec.named(direction),
        "title": Psi.title,
        "now": effect.spanned(),
    }
    return Finding.saying(
        Sentence.of("together", **said),
        rule="promise",
        metric=VECTORS if spec.embedding else COLUMNS,
        level=severity,
        column=spec.embedding or None,
        window=windows[0],
        until=windows[-1],
        current=effect,
        effect=effect,
        evidence=float(min(np.exp(-alarm.evidence), 1.0)),
    )


def strongest(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings of directions with those that overlap in time told as one, by the largest shift."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: -((f.effect.value if f.effect else None) or 0.0)):
        same = [i for i, one in enumerate(kept) if one.metric == finding.metric and _overlap(one, finding)]
        if not same:
            kept.append(finding)
            continue
        one = kept[same[0]]
        (began, ended), (start, end) = _span(one), _span(finding)
        first, last = min(began, start), max(ended, end)
        kept[same[0]] = msgspec.structs.replace(one, window=first, until=last)
    return kept


def projections_of(alarm: Alarm, layout: Layout) -> Projections:
    """Return the directions an alarm is about."""
    return next(one for one in layout.projections if (one.embedding or "columns") == alarm.metric)


def _overlap(one: Finding, other: Finding) -> bool:
    (began, ended), (start, end) = _span(one), _span(other)
    return began.start <= end.start and start.start <= ended.start


def _span(finding: Finding) -> tuple[Window, Window]:
    """Return the first and the last window of a finding, which every one here has."""
    assert finding.window is not None
    return finding.window, finding.until or finding.window


def _histogram(state: State, spec: Projections, direction: int) -> State:
    """Return the counts along one direction as those of a number column, with empty bins for what cannot be."""
    edges = spec.edges[direction]
    counts = np.column_stack((state["counts"][:, direction], np.zeros(len(state), np.int64)))
    return State(Histogram(column=spec.named(direction), binning=Binning(tuple(edges))), {"counts": counts})
