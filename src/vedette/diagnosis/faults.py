"""Causes that are faults of the data rather than of the world: every test on every column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vedette.diagnosis.cause import Cause
from vedette.diagnosis.default_value import default_value
from vedette.diagnosis.marginals import Marginal
from vedette.diagnosis.missing_burst import missing_burst, missing_mix
from vedette.diagnosis.new_category import LARGE, new_category
from vedette.diagnosis.swapped_columns import swapped_columns
from vedette.diagnosis.unit_change import unit_change
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.values import Segment

#: Share of repeated rows from which they are called a cause.
REPEATED = 0.05


def faults_of(columns: Sequence[Marginal], cube: Cube, baseline: Baseline) -> Iterator[Cause]:
    """Yield every fault that was found; a column that changed places with another is asked nothing else."""
    swapped: set[str] = set()
    for pair in swapped_columns([m for m in columns if m.column.role in ("feature", "segment")]):
        swapped |= {pair.left, pair.right}
        yield Cause.of(
            "swapped columns",
            0.99,
            "swapped_columns",
            column=pair.left,
            other=pair.right,
            gap=pair.gap,
            own=pair.own,
        )
    asked = [m for m in columns if m.column.name not in swapped]
    for marginal in asked:
        yield from _missing(marginal, cube, baseline)
        others = [m for m in asked if m is not marginal and m.column.role == "feature"]
        yield from _faults(marginal, alone=not any(m.p < 1e-6 for m in others))
    yield from _repeated(cube)


def _missing(marginal: Marginal, cube: Cube, baseline: Baseline) -> Iterator[Cause]:
    """Yield a burst of missing entries, unless another mix of segments explains most of it."""
    found, name = missing_burst(marginal), marginal.column.name
    if found is None:
        return
    segment: Segment | None = None
    for dimension in cube.segments:
        spec = baseline.layout.counts(name)
        now, then = cube.state(spec, dimension), baseline.cube.state(spec, dimension)
        if dimension in {TOTAL, name} or now is None or then is None or len(now) != len(then):
            continue
        parts = missing_mix(*(np.column_stack((s["rows"], s["missing"] + s["wrong"])) for s in (now, then)))
        if parts is not None and parts[0].mix > 0.5 * parts[0].change:
            return
        if parts is not None and parts[1] is not None and segment is None:
            segment = Segment(dimension, cube.segments[dimension][parts[1]])
    form = "missing_burst" if segment is None else "missing_burst_segment"
    fields: dict[str, Any] = {"now": found.now, "then": found.then}
    yield Cause.of("missing burst", 0.96, form, column=name, segment=segment, **fields)


def _faults(marginal: Marginal, *, alone: bool) -> Iterator[Cause]:
    name = marginal.column.name
    unseen = new_category(marginal)
    if unseen is not None:
        score = 0.94 if unseen.share >= LARGE else 0.3
        yield Cause.of("new category", score, "new_category", column=name, share=unseen.share)
    default = default_value(marginal)
    if default is not None:
        fields: dict[str, Any] = {"value": default.value, "share": default.now, "then": default.then}
        # A category that grew may simply have grown: only what drift leaves unexplained speaks for a default.
        score = 0.95 if marginal.numeric else 0.8
        yield Cause.of("default value", score, "default_value", column=name, **fields)
        return
    yield from _unit(marginal, alone=alone)


def _unit(marginal: Marginal, *, alone: bool) -> Iterator[Cause]:
    found = unit_change(marginal)
    if found is None:
        return
    # A mild factor is a fault only where nothing else moved: drift takes correlated columns along.
    damp = 1.0 if alone or not found.mild(marginal.spread_then) else 0.5
    fields: dict[str, Any] = {"factor": found.slope, "offset": found.offset, "gap": found.gap}
    fields["fit"] = found.r2 if np.isfinite(found.r2) else 1 - found.gap
    if not found.unit:
        yield Cause.of("unit change", 0.92 * damp, "unit_free", column=marginal.column.name, **fields)
        return
    before, after = marginal.spread_then, marginal.spread_now
    means: dict[str, Any] = {"then": before.mean if before else None, "now": after.mean if after else None}
    shown: dict[str, Any] = {"unit": found.unit, "share": 1 - found.gap, **means}
    yield Cause.of("unit change", 0.98 * damp, "unit_named", column=marginal.column.name, **fields, **shown)


def _repeated(cube: Cube) -> Iterator[Cause]:
    rows = sum(note.count or 0 for note in cube.notes if note.code == "rows.duplicate-id")
    if rows > REPEATED * cube.rows:
        yield Cause.of("duplicated data", 0.9, "duplicated_data", rows=rows, share=rows / cube.rows)
