"""What each drift costs: findings with their price in points of the metric, and the columns ranked by it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vedette.engine.baseline import Baseline
from vedette.engine.bins import coarse
from vedette.engine.cube import TOTAL, Cube
from vedette.errors import VedetteError
from vedette.estimation.coverage import beyond_reach, uncovered
from vedette.estimation.impact import Impact, impact
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State
from vedette.summaries.bin_losses import BinLosses
from vedette.values import Finding, Segment, Window

#: Metrics whose finding says that a column moved within what the reference knows.
DRIFT = ("psi", "kl", "js", "hellinger", "tv", "linf", "chi2", "ks", "wasserstein", "cramer_von_mises")


def priced(findings: Sequence[Finding], cube: Cube, baseline: Baseline) -> list[Finding]:
    """Return findings about columns with what they are projected to cost.

    The price is in points of accuracy (0.02: two points lost), or of a regression as a share of the reference's mean
    absolute error; a negative one is a gain. It needs labels of the reference only. It stays unknown where more of
    the rows than chance explains lie in bins that the reference hardly has: an honest price would need their labels.

    A drift whose price is surely below half a point, and that leaves the price of the model's own output as small,
    is watched and not acted on.
    """
    return [_priced(finding, cube, baseline) for finding in findings]


def of_columns(cube: Cube, baseline: Baseline, columns: Sequence[str]) -> dict[str, Impact]:
    """Return the price of each column over all windows, those that have one."""
    found = {name: price(cube, baseline, name) for name in columns}
    return {name: one for name, one in found.items() if one is not None}


def price(
    cube: Cube,
    baseline: Baseline,
    column: str,
    segment: Segment | None = None,
    span: tuple[Window, Window] | None = None,
) -> Impact | None:
    """Return the projected change of the mean loss that a column's new mix brings, None where it is not known.

    Parameters
    ----------
    segment : Segment, optional
        Of the rows of one segment; they are taken to be as hard in each bin as all rows are.
    span : (Window, Window), optional
        First and last window; default all.
    """
    spec = _losses(baseline, column)
    known = baseline.cube.state(spec) if spec is not None else None
    if spec is None or known is None:
        return None
    now, then = _counts(cube, spec, segment, span), _counts(baseline.cube, spec, segment, None)
    if now is None or then is None or not (now["counts"].sum() and then["counts"].sum()):
        return None
    rows = now["counts"].astype(float)
    if beyond_reach(uncovered(rows, known["labelled"].astype(float)), rows.sum(1), 0.99)[0]:
        return None
    losses = [coarse(State(spec.bins, {"counts": known[name]}))[0] for name in spec.fields()]
    found = impact(coarse(now)[0], coarse(then)[0], np.stack(losses, axis=1))
    if found is None or spec.errors is None:
        return found
    usual = float(losses[1].sum() / losses[0].sum())
    return Impact(found.value / usual, found.error / usual) if usual > 0 else None


def _priced(finding: Finding, cube: Cube, baseline: Baseline) -> Finding:
    if finding.column is None or finding.impact is not None:
        return finding
    span = None if finding.window is None else (finding.window, finding.until or finding.window)
    found = price(cube, baseline, finding.column, finding.segment, span)
    if found is None:
        return finding
    told = msgspec.structs.replace(finding, impact=found.value)
    if finding.level == "info" or finding.metric not in DRIFT or not found.negligible:
        return told
    outputs = (price(cube, baseline, name, finding.segment, span) for name in _outputs(baseline))
    if not all(one is not None and one.negligible for one in outputs):
        return told
    return told.retold(Sentence.of("benign", finding=told.told().plain()), level="watch")


def _outputs(baseline: Baseline) -> list[str]:
    """Return the columns the model writes; without any nothing tells that its answers stayed."""
    return [c.name for c in baseline.layout.monitored() if c.role in ("score", "prediction")]


def _losses(baseline: Baseline, column: str) -> BinLosses | None:
    try:
        return baseline.layout.bin_losses(column)
    except VedetteError:
        return None


def _counts(
    cube: Cube, spec: BinLosses, segment: Segment | None, span: tuple[Window, Window] | None
) -> State | None:
    """Return the counts of one segment (default all rows) over a span of windows, as one cell."""
    dimension = segment.column if segment is not None else TOTAL
    state = cube.state(spec.bins, dimension)
    names = cube.segments.get(dimension, [])
    if state is None or (segment is not None and segment.value not in names):
        return None
    starts = [w.start for w in cube.windows]
    windows = np.arange(len(starts))
    if span is not None and span[0].start in starts and span[1].start in starts:
        windows = np.arange(starts.index(span[0].start), starts.index(span[1].start) + 1)
    place = names.index(segment.value) if segment is not None else 0
    return state.fold([windows * len(names) + place])
