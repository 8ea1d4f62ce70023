"""What the score is worth: ROC, precision and recall, calibration, confusion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vedette.engine.cube import Cube
from vedette.errors import VedetteError
from vedette.inference.wilson import wilson_interval
from vedette.report.report import Report
from vedette.rules.base import number
from vedette.summaries.base import State
from vedette.views.confusion import Confusion
from vedette.views.content import Figure
from vedette.views.precision_recall import PrecisionRecall
from vedette.views.reliability import Reliability
from vedette.views.roc import Roc

Floats = npt.NDArray[np.float64]
#: Bins of a calibration curve, of equal mass.
BINS = 15
#: Points of a ROC or precision-recall curve.
POINTS = 200


def figures(report: Report) -> Iterator[Figure]:
    """Yield the curves that the task and the labels allow."""
    layout = report.baseline.layout
    if layout.task not in ("binary", "multiclass"):
        return
    if layout.task == "binary":
        yield from _binary(report)
    state = report.whole.state(layout.confusion())
    if state is not None and len(layout.classes) <= 30:
        k = len(layout.classes)
        counts = state["counts"][0, :k, :k].T.astype(float)
        if counts.sum():
            yield Figure(
                view=Confusion(title="Predicted against true class", classes=layout.classes, counts=counts)
            )


def _binary(report: Report) -> Iterator[Figure]:
    try:
        spec = report.baseline.layout.score_bins()
    except VedetteError:
        return
    now, then = report.whole.state(spec), _of(report.baseline.cube, spec)
    if now is None or not _labelled(now).all():
        return
    before = then if then is not None and _labelled(then).all() else None
    auc = report.estimate("roc_auc")
    prevalence = float(_labelled(now)[1] / _labelled(now).sum())
    yield Figure(
        view=Roc(
            title=f"ROC AUC {number(auc.value)}",
            current=_roc(now),
            reference=None if before is None else _roc(before),
        )
    )
    yield Figure(
        view=PrecisionRecall(
            title="Precision by recall",
            current=_pr(now),
            reference=None if before is None else _pr(before),
            prevalence=prevalence,
        )
    )
    yield Figure(view=_reliability(now, before))


def _of(cube: Cube, spec: object) -> State | None:
    return cube.state(spec)  # type: ignore[arg-type]


def _labelled(state: State) -> Floats:
    """Return the number of labelled negatives and positives, shape (2,)."""
    found: Floats = state["counts"][0].sum((0, 1))[:2].astype(float)
    return found


def _by_bin(state: State) -> tuple[Floats, Floats]:
    """Return negatives and positives a score bin, lowest score first, without rows that have no score."""
    counts = state["counts"][0, :-1].sum(1)
    return counts[:, 0].astype(float), counts[:, 1].astype(float)


def _roc(state: State) -> tuple[Floats, Floats]:
    negatives, positives = _by_bin(state)
    false, true = np.cumsum(negatives[::-1]), np.cumsum(positives[::-1])
    keep = _thin(len(false))
    return (
        np.concatenate(([0.0], (false / false[-1])[keep])),
        np.concatenate(([0.0], (true / true[-1])[keep])),
    )


def _pr(state: State) -> tuple[Floats, Floats]:
    negatives, positives = _by_bin(state)
    false, true = np.cumsum(negatives[::-1]), np.cumsum(positives[::-1])
    seen = np.flatnonzero(false + true > 0)
    seen = seen[_thin(len(seen))]
    return (true / true[-1])[seen], (true / np.maximum(false + true, 1))[seen]


def _thin(size: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, size - 1, min(size, POINTS)).astype(np.intp))


def _reliability(now: State, then: State | None) -> Reliability:
    score, rate, n = _calibration(now)
    low, high = wilson_interval(rate * n, n)
    gap = float(np.nansum(np.abs(score - rate) * n) / max(n.sum(), 1))
    before = _calibration(then) if then is not None else None
    return Reliability(
        title=f"Scores are off by {number(gap, 'share')} on average",
        score=score,
        rate=rate,
        low=low,
        high=high,
        n=n,
        reference_score=before[0] if before else None,
        reference_rate=before[1] if before else None,
    )


def _calibration(state: State) -> tuple[Floats, Floats, Floats]:
    """Return mean score, share of positives and labelled rows in bins of about equal mass."""
    negatives, positives = _by_bin(state)
    rows = state["counts"][0, :-1].sum((1, 2)).astype(float)
    total = state["total"][0, :-1]
    labelled = negatives + positives
    before = np.cumsum(labelled) - labelled
    group = np.minimum(((before + labelled / 2) / max(labelled.sum(), 1) * BINS).astype(int), BINS - 1)
    n: Floats = np.bincount(group, labelled, BINS).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(rows > 0, total / rows, 0.0)
        score = np.bincount(group, mean * labelled, BINS) / n
        rate = np.bincount(group, positives, BINS) / n
    return score, rate, n
