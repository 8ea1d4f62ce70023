"""Segments of a period: a metric on each, now and in the reference, worst first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vedette.engine.along import end_to_end
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_one
from vedette.metrics.base import Metric
from vedette.server.evaluation.keeping import load
from vedette.server.pages.parts import SegmentRow
from vedette.server.showing import numbers
from vedette.server.showing.numbers import References
from vedette.server.showing.spans import Period
from vedette.server.showing.told import settled
from vedette.store.database import Transaction
from vedette.values import Estimate, Window
from vedette.views.content import Status

#: Windows whose states are merged at most, and labelled rows a slice must have in them to be ranked.
MOST, SUPPORT = 30, 30


def with_labels(tx: Transaction, period: Period, metric: Metric) -> Period:
    """Return a period without the windows whose labels are still to come, where the metric is of labels."""
    return period.of(settled(tx, period)) if getattr(metric, "needs_label", False) else period


def merged(tx: Transaction, definition: Definition, period: Period, most: int = MOST) -> Cube | None:
    """Return the states of the newest windows of a period in one, None without windows."""
    chosen = [Window(w.start, w.end, w.label) for w in period.windows[-most:]]
    if not chosen:
        return None
    return end_to_end(load(tx, period.model, period.version, definition, chosen)).over_time()


def slices(
    tx: Transaction,
    references: References,
    definition: Definition,
    period: Period,
    metric: Metric,
    *,
    cube: Cube | None = None,
    dimension: str = "",
) -> list[SegmentRow]:
    """Return a row for every segment with enough rows, those first that fell most for sure.

    Windows whose labels are still to come have no say in metrics of labels.

    Parameters
    ----------
    cube : Cube, optional
        The merged states, where somebody has them already.
    dimension : str
        Only the segments of this column; "" for all.
    """
    if not dimensions(definition):
        return []
    period = with_labels(tx, period, metric)
    whole = cube if cube is not None else merged(tx, definition, period)
    one = next((c for c in definition.plan.chosen if c.metric.key == metric.key), None)
    if whole is None or one is None:
        return []
    wanted = [d for d in whole.segments if d and dimension in ("", d)]
    rows: list[tuple[float, SegmentRow]] = []
    for name in wanted:
        block, counts = evaluate_one(one, whole, None, name), _rows(definition, whole, name)
        if block is None or block.groups:
            continue
        lines = numbers.read(tx, period.model, period.version, [metric.key], period.start, dimension=name)
        for i, segment in enumerate(block.segments):
            now, before = block.current[i], references.of(definition, metric.key, "", name, segment)
            if now.value is None or now.n < SUPPORT:
                continue
            fall = worsened(now, before, metric)
            row = SegmentRow(
                segment=f"{name} = {segment}",
                level=_level(fall),
                share=float(counts[i] / max(counts.sum(), 1.0)),
                now=now,
                before=before or Estimate(None, reason="no reference"),
                better=metric.better,
                unit=metric.unit,
                spark=numbers.spark(numbers.closed(lines[metric.key], period, "", segment))
                if metric.key in lines
                else (),
            )
            rows.append((fall, row))
    return [row for _, row in sorted(rows, key=lambda pair: (-pair[0], pair[1].segment))]


def worsened(now: Estimate, before: Estimate | None, metric: Metric) -> float:
    """Return by how much a metric got worse for sure: the gap between the intervals, negative where they meet."""
    if before is None or None in (now.low, now.high, before.low, before.high) or metric.better == "neither":
        return -np.inf
    assert now.low is not None
    assert now.high is not None
    assert before.low is not None
    assert before.high is not None
    return before.low - now.high if metric.better == "higher" else now.low - before.high


def _level(fall: float) -> Status:
    return "act" if fall > 0.02 else "watch" if fall > 0 else "ok"


def _rows(definition: Definition, cube: Cube, dimension: str) -> np.ndarray:
    """Return the rows of each segment."""
    one = next((c for c in definition.plan.chosen if c.metric.key == "row_count"), None)
    block = evaluate_one(one, cube, None, dimension) if one is not None else None
    if block is None:
        return np.ones(len(cube.segments[dimension]))
    counts: np.ndarray = np.nan_to_num(block.current.value)
    return counts


def dimensions(definition: Definition) -> Sequence[str]:
    """Return the columns that segments are told by."""
    return [d for d in definition.segments if d]
