"""What the score is worth: ROC, precision and recall, calibration, confusion."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from vedette.errors import VedetteError
from vedette.metrics.calibration.base import reliability_points
from vedette.metrics.classification.base import pr_points, roc_points
from vedette.numerals import number
from vedette.report.report import Report
from vedette.summaries.base import State
from vedette.views.confusion import Confusion
from vedette.views.content import Figure
from vedette.views.precision_recall import PrecisionRecall
from vedette.views.reliability import Reliability
from vedette.views.roc import Roc
from vedette.views.words import Lang, say

Floats = npt.NDArray[np.float64]
#: Bins of a calibration curve, of equal mass.
BINS = 15
#: Points of a ROC or precision-recall curve.
POINTS = 200


def figures(report: Report, lang: Lang = "en") -> Iterator[Figure]:
    """Yield the curves that the task and the labels allow."""
    layout = report.baseline.layout
    if layout.task not in ("binary", "multiclass"):
        return
    if layout.task == "binary":
        yield from _binary(report, lang)
    state = report.whole.state(layout.confusion())
    if state is not None and len(layout.classes) <= 30:
        k = len(layout.classes)
        counts = state["counts"][0, :k, :k].T.astype(float)
        if counts.sum():
            yield Figure(
                view=Confusion(title=say(lang, "classes_title"), classes=layout.classes, counts=counts)
            )


def _binary(report: Report, lang: Lang) -> Iterator[Figure]:
    try:
        spec = report.baseline.layout.score_bins()
    except VedetteError:
        return
    now, then = report.whole.state(spec), report.baseline.cube.state(spec)
    if now is None or not _labelled(now).all():
        return
    before = then if then is not None and _labelled(then).all() else None
    auc = report.estimate("roc_auc")
    prevalence = float(_labelled(now)[1] / _labelled(now).sum())
    yield Figure(
        view=Roc(
            title=f"ROC AUC {number(auc.value)}",
            current=_thinned(roc_points(now["counts"][0])),
            reference=None if before is None else _thinned(roc_points(before["counts"][0])),
        )
    )
    yield Figure(
        view=PrecisionRecall(
            title=say(lang, "precision_by_recall"),
            current=_thinned(pr_points(now["counts"][0])),
            reference=None if before is None else _thinned(pr_points(before["counts"][0])),
            prevalence=prevalence,
        )
    )
    yield Figure(view=_reliability(now, before, lang))


def _labelled(state: State) -> Floats:
    """Return the number of labelled negatives and positives, shape (2,)."""
    found: Floats = state["counts"][0].sum((0, 1))[:2].astype(float)
    return found


def _thinned(curve: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return at most `POINTS` points of a curve, its ends among them."""
    size = len(curve[0])
    kept = np.unique(np.linspace(0, size - 1, min(size, POINTS)).astype(np.intp))
    return curve[0][kept], curve[1][kept]


def _reliability(now: State, then: State | None, lang: Lang) -> Reliability:
    points = reliability_points(now["counts"][0], now["total"][0], BINS)
    before = None if then is None else reliability_points(then["counts"][0], then["total"][0], BINS)
    gap = float(np.nansum(np.abs(points.score - points.rate) * points.n) / max(points.n.sum(), 1))
    return Reliability(
        title=say(lang, "scores_off", gap=number(gap, "share")),
        score=points.score,
        rate=points.rate,
        low=points.low,
        high=points.high,
        n=points.n,
        reference_score=None if before is None else before.score,
        reference_rate=None if before is None else before.rate,
    )
