"""States and findings in, ranked causes and one sentence out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.diagnosis.calibration_shift import Confined, calibration_shift, confined
from vedette.diagnosis.cause import Cause, Diagnosis
from vedette.diagnosis.decide import Evidence, decide
from vedette.diagnosis.faults import faults_of
from vedette.diagnosis.label_pipeline import label_pattern
from vedette.diagnosis.label_shift import label_shift
from vedette.diagnosis.marginals import Divergence, Marginal, divergence, marginals
from vedette.diagnosis.mix import mix
from vedette.diagnosis.outcomes import accuracies, tables
from vedette.diagnosis.split import split
from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.repeated import repeated_windows
from vedette.estimation.impact import impact
from vedette.inference.multiplicity import holm
from vedette.values import Finding, Segment, Window

Floats = npt.NDArray[np.float64]
#: Labelled rows that both sides need before labels decide.
LABELLED = 100
#: Size (nats) and adjusted p-value from which a column has moved.
MOVED, ALPHA = 0.002, 1e-3
#: Accuracy must change by this much to open the sentence.
NOTABLE = 0.005


def diagnose(
    current: Cube,
    baseline: Baseline,
    findings: Sequence[Finding] = (),
    *,
    windows: slice | None = None,
    deff: float = 1.0,
    deploys: Sequence[int] = (),
) -> Diagnosis:
    """Ranked causes of what changed, with one sentence and a first remedy.

    Parameters
    ----------
    current : Cube
        Current states; more than one window is read as one span.
    baseline : Baseline
    findings : sequence of Finding
        They say since when.
    windows : slice, optional
        The windows to explain; default all.
    deff : float
        Design effect: variance of the counts over that of independent rows.
    deploys : sequence of int
        When the model or its pipeline was deployed, in microseconds since the epoch (UTC): a change that begins with
        a deploy says so.

    Returns
    -------
    Diagnosis
        What cannot be judged is left out; thin data give "insufficient", never an error.

    Notes
    -----
    It reads the states that `vedette.diagnosis.needs.wanted` names, those of them that were counted.

    Examples
    --------
    >>> from vedette.engine.scan import scan
    >>> from vedette.diagnosis.needs import wanted
    >>> from vedette.sources.base import open_source
    >>> rng = np.random.default_rng(0)
    >>> baseline = Baseline.fit({"weight": rng.gamma(9, 8, 2000)}, metrics=["psi"])
    >>> now = open_source({"weight": rng.gamma(9, 8, 2000) / 0.45359237})
    >>> cube = scan(now, baseline.layout, wanted(baseline.layout))
    >>> diagnose(cube, baseline).causes[0].kind
    'unit change'
    """
    span = _span(current, windows)
    cube = span.over_time()
    columns = list(marginals(cube, baseline, deff))
    evidence = _evidence(cube, baseline, columns, deff)
    again = _again(current, span, baseline)
    causes = decide(msgspec.structs.replace(evidence, faults=(*again, *evidence.faults)))
    if causes[0].kind == "stable":
        causes = (*_joint(findings), *causes)
    since = timing(causes[0], findings, current.windows[-1], deploys)
    context = {**since, **_accuracy(cube, baseline), **_segments(cube, baseline)}
    return Diagnosis.of(causes, context)


def timing(
    cause: Cause, findings: Sequence[Finding], newest: Window, deploys: Sequence[int] = ()
) -> dict[str, Any]:
    """Return since when a cause has held, as findings tell, and the deploy it began with, as a verdict says them."""
    return {**_since(cause, findings, newest), **_deployed(cause, findings, deploys)}


def _span(cube: Cube, windows: slice | None) -> Cube:
    """Return the cube of some windows."""
    if windows is None:
        return cube
    picked = Cube(cube.windows[windows], {k: v for k, v in cube.segments.items() if k})
    chosen = np.arange(len(cube.windows))[windows]
    for (dimension, spec), state in cube.states.items():
        size = len(cube.segments[dimension])
        picked.states[dimension, spec] = state.take((chosen[:, None] * size + np.arange(size)).ravel())
    picked.rows, picked.notes = cube.rows, cube.notes
    return picked


def _again(current: Cube, span: Cube, baseline: Baseline) -> list[Cause]:
    """Return the cause that windows of the span hold the rows of earlier ones, where most of them do."""
    told = {w.start for w in span.windows}
    found = [one for one in repeated_windows(current, baseline.layout) if one.again.start in told]
    if not found or 2 * len(found) < len(span.windows):
        return []
    fields: dict[str, Any] = {
        "windows": len(found),
        "again": found[0].again.label,
        "first": found[0].first.label,
    }
    return [Cause.of("duplicated data", 0.97, "duplicated_window", **fields)]


def _joint(findings: Sequence[Finding]) -> list[Cause]:
    """Return the cause that columns moved together, where a finding says so."""
    told = [f.sentence.fields for f in findings if f.sentence is not None and f.sentence.form == "together"]
    return [Cause.of("joint drift", 0.8, "joint_drift", direction=said["direction"]) for said in told[:1]]


def _evidence(cube: Cube, baseline: Baseline, columns: Sequence[Marginal], deff: float) -> Evidence:
    layout = baseline.layout
    inputs = [m for m in columns if m.column.role in ("feature", "segment")]
    known: dict[str, Any] = {
        "rows": _rows(columns),
        "faults": tuple(faults_of(columns, cube, baseline)),
        "drifted": _drifted(inputs),
        "columns": len(inputs),
        "positive": f"{layout.label or 'label'} = {layout.classes[-1]}" if layout.classes else "",
    }
    now, then = tables(cube, layout), tables(baseline.cube, layout)
    if now is None or then is None or not (now.sum() and then.sum()):
        return Evidence(**known, scores=_outputs(columns))
    model = _model(now[0] / deff, then[0] / deff)
    return Evidence(**known, **model, **_place(cube, baseline, deff), **_cost(cube, baseline))


def _outputs(columns: Sequence[Marginal]) -> Divergence | None:
    """Return the divergence of the first score or prediction, for models without tables of outcomes."""
    found = [m for m in columns if m.column.role in ("score", "prediction")]
    return Divergence(found[0].effect, found[0].p, 0.0, 0.0, 0.0) if found else None


def _rows(columns: Sequence[Marginal]) -> int:
    return int(max((m.counts_now.sum() for m in columns), default=0))


def _drifted(inputs: Sequence[Marginal]) -> tuple[tuple[str, float], ...]:
    if not inputs:
        return ()
    adjusted = holm(np.array([m.p for m in inputs]))
    kept = [m for m, p in zip(inputs, adjusted, strict=True) if p < ALPHA and m.effect > MOVED]
    return tuple((m.column.name, m.effect) for m in sorted(kept, key=lambda m: -m.effect))


def _model(now: Floats, then: Floats) -> dict[str, Any]:
    """Return what scores and labels say: tables of shape (bins, k + 1)."""
    labels_now, labels_then = now[:, :-1], then[:, :-1]
    found: dict[str, Any] = {
        "scores": divergence(now.sum(1), then.sum(1)),
        "fit": label_shift(now.sum(1), labels_then),
    }
    if min(labels_now.sum(), labels_then.sum()) < LABELLED:
        return found
    changed = calibration_shift(labels_now[None], labels_then[None])
    share = [float(t[:, -1].sum() / t.sum()) for t in (labels_then, labels_now)]
    covered = [float(t[:, :-1].sum() / t.sum()) for t in (then, now)]
    return {
        **found,
        "parts": split(labels_now, labels_then),
        "bias": float(changed.bias[0]),
        "shares": tuple(share),
        "coverage": tuple(covered),
        "pattern": label_pattern(labels_now, labels_then) if labels_now.shape[1] == 2 else None,
    }


def _place(cube: Cube, baseline: Baseline, deff: float) -> dict[str, Any]:
    """Return the segment to which a change of meaning is confined, over all segment columns."""
    found: list[tuple[float, Segment, Confined]] = []
    for dimension in cube.segments:
        pair = _paired(cube, baseline, dimension, tables)
        if dimension == TOTAL or pair is None:
            continue
        here = confined(pair[0][..., :-1] / deff, pair[1][..., :-1] / deff)
        if here is not None:
            gain = here.share * here.effect - (1 - here.share) * here.rest
            found.append((gain, Segment(dimension, cube.segments[dimension][here.cell]), here))
    if not found:
        return {}
    _, segment, here = max(found, key=lambda one: (one[0], one[1]))
    return {"place": (segment, here)}


def _paired(cube: Cube, baseline: Baseline, dimension: str, read: Any) -> tuple[Floats, Floats] | None:
    """Return both sides' tables of a dimension, None where they are not of the same cells."""
    if dimension not in baseline.cube.segments:
        return None
    now, then = read(cube, baseline.layout, dimension), read(baseline.cube, baseline.layout, dimension)
    return None if now is None or then is None or now.shape != then.shape else (now, then)


def _accuracy(cube: Cube, baseline: Baseline) -> dict[str, Any]:
    """Return accuracy then and now where it changed: measured, or expected from the mix of scores alone."""
    pair = _paired(cube, baseline, TOTAL, accuracies)
    both = _paired(cube, baseline, TOTAL, tables)
    if pair is None or both is None:
        return {}
    now, then = pair[0][0], pair[1][0]
    if then[:, 0].sum() < LABELLED:
        return {}
    past = 1 - then[:, 1].sum() / then[:, 0].sum()
    projected = impact(both[0][0].sum(1), both[1][0].sum(1), then)
    measured = now[:, 0].sum() >= LABELLED
    if measured:
        present = 1 - now[:, 1].sum() / now[:, 0].sum()
    elif projected is not None and abs(projected.value) > 3 * projected.error:
        present = past - projected.value
    else:
        return {}
    found = {"impact": projected.value if projected is not None else None}
    if abs(present - past) < NOTABLE:
        return found
    return {**found, "then": float(past), "now": float(present), "measured": bool(measured)}


def _cost(cube: Cube, baseline: Baseline) -> dict[str, Any]:
    """Return what the new mix of scores is projected to cost, and what labels show that was lost."""
    pair, both = _paired(cube, baseline, TOTAL, accuracies), _paired(cube, baseline, TOTAL, tables)
    if pair is None or both is None or pair[1][0][:, 0].sum() < LABELLED:
        return {}
    now, then = pair[0][0], pair[1][0]
    found: dict[str, Any] = {"cost": impact(both[0][0].sum(1), both[1][0].sum(1), then)}
    if now[:, 0].sum() >= LABELLED:
        found["lost"] = float(now[:, 1].sum() / now[:, 0].sum() - then[:, 1].sum() / then[:, 0].sum())
    return found


def _segments(cube: Cube, baseline: Baseline) -> dict[str, Any]:
    """Return how much of the change of the error rate is the mix of segments, by segment column."""
    found = {}
    for dimension in cube.segments:
        pair = _paired(cube, baseline, dimension, accuracies)
        parts = mix(pair[0].sum(1), pair[1].sum(1)) if pair is not None and dimension != TOTAL else None
        if parts is not None:
            found[dimension] = {"change": parts.change, "mix": parts.mix, "within": parts.within}
    return {"by_segment": found} if found else {}


def _deployed(cause: Cause, findings: Sequence[Finding], deploys: Sequence[int]) -> dict[str, Any]:
    """Return the deploy that a change began with: in its first window, or in the one before.

    A deploy late in a window shows in the next one.
    """
    timed = [f for f in findings if f.window is not None]
    about = [f for f in timed if cause.column is not None and f.column == cause.column] or timed
    if not about or cause.kind in ("stable", "insufficient"):
        return {}
    onset = min((f.window for f in about if f.window is not None), key=lambda w: w.start)
    length = onset.end - onset.start
    near = [at for at in deploys if onset.start - length <= at < onset.end]
    if not near:
        return {}
    at = datetime.fromtimestamp(min(near, key=lambda at: abs(at - onset.start)) / 1e6, UTC)
    return {"deploy": at.strftime("%Y-%m-%d %H:%M UTC")}


def _since(cause: Cause, findings: Sequence[Finding], newest: Window) -> dict[str, Any]:
    """Return when the first finding about the cause's column or segment began, else the first of all.

    It was brief when it held in that window alone; what began in the newest window may go on.
    """
    timed = [f for f in findings if f.window is not None]
    about = [f for f in timed if cause.column is not None and f.column == cause.column]
    about = about or [f for f in timed if cause.segment is not None and f.segment == cause.segment] or timed
    if not about or cause.kind in ("stable", "insufficient"):
        return {}
    first = min(about, key=lambda f: f.window.start if f.window is not None else 0)
    began = first.window.label if first.window is not None else ""
    brief = first.window != newest and all(f.window == first.window == f.until for f in about)
    return {"since": began, **({"brief": True} if brief else {})}
