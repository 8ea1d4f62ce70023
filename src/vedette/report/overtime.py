"""Metrics over the windows: which are drawn, and with which marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.engine.nowcasts import Nowcast
from vedette.metrics.base import metric as named
from vedette.numerals import number
from vedette.report.report import Report
from vedette.sentences.windows import window_in
from vedette.values import REASONS, Estimates, Finding
from vedette.views.content import Figure, anchor
from vedette.views.series import Marker, Series, Waiting
from vedette.views.timeline import Timeline
from vedette.views.words import Lang, say

#: Metrics drawn over time, by task, the leading one first.
SHOWN = {
    "binary": (
        "f1",
        "roc_auc",
        "recall",
        "precision",
        "log_loss",
        "prediction_rate",
        "label_rate",
        "row_count",
    ),
    "multiclass": ("accuracy", "f1", "log_loss", "row_count"),
    "multilabel": ("f1", "accuracy", "row_count"),
    "regression": ("mae", "rmse", "bias", "r2", "row_count"),
    "ranking": ("ndcg", "mrr", "row_count"),
    "none": ("row_count",),
}
__all__ = ["Timeline", "figures", "leading", "shown", "spark"]


def shown(report: Report) -> list[str]:
    """Return the metrics drawn over time: those of the task that were computed."""
    if len(report.windows) == 1:
        return []
    planned = {c.metric.key for c in report.plan.chosen}
    return [name for name in SHOWN[report.baseline.layout.task] if name in planned]


def leading(report: Report) -> str | None:
    """Return the metric that stands for performance; None without labels or a task."""
    planned = {c.metric.key for c in report.plan.chosen}
    names = (name for name in SHOWN[report.baseline.layout.task] if name in planned and name != "row_count")
    return next((n for n in names if report.estimate(n).value is not None), None)


def spark(report: Report, name: str) -> tuple[float | None, ...]:
    """Return the values of a metric over the windows, None in gaps."""
    if len(report.windows) == 1:
        return ()
    nowcast = _nowcast(report, name)
    estimates = _filled(report, name).estimates if nowcast is None else nowcast.estimates
    return tuple(None if np.isnan(v) else float(v) for v in estimates.value)


def figures(report: Report, timeline: Timeline, lang: Lang = "en") -> Iterator[Figure]:
    """Yield one figure a metric, the leading ones open."""
    for place, name in enumerate(shown(report)):
        yield Figure(
            view=_series(report, name, timeline, lang), anchor=anchor("metric", name), folded=place >= 4
        )


def _series(report: Report, name: str, timeline: Timeline, lang: Lang) -> Series:
    nowcast, filled = _nowcast(report, name), _filled(report, name)
    cls = next(c.metric for c in report.plan.chosen if c.metric.key == name)
    found = [f for f in report.findings if f.metric == name and f.segment is None and f.column is None]
    coverage = None
    if any(c.metric.key == "label_coverage" for c in report.plan.chosen) and name != "row_count":
        coverage = report.series("label_coverage")[1].value
    reference = report.estimate(name, which="reference")
    return Series(
        title=_title(report, name, cls.titled(lang), found, lang),
        name=cls.titled(lang),
        timeline=timeline,
        estimates=filled.estimates if nowcast is None else nowcast.estimates,
        estimated=filled.estimated if nowcast is None else None,
        waiting=None if nowcast is None else Waiting(nowcast.estimated),
        realised=filled.realised if nowcast is None else None,
        unit=cls.unit,
        range=(cls.range[0], cls.range[1]),
        reference=reference if reference.value is not None and name != "row_count" else None,
        coverage=coverage,
        markers=tuple(_marker(f, timeline, lang) for f in found if f.window is not None),
        level=report.level,
    )


class Filled(NamedTuple):
    """A metric over the windows, estimated without labels where it has none.

    ``estimated`` (w,) says where; ``realised`` is the band of what the labels will show, nan elsewhere.
    """

    estimates: Estimates
    estimated: npt.NDArray[np.bool_] | None = None
    realised: Estimates | None = None


def _filled(report: Report, name: str) -> Filled:
    """Return a metric over the windows; where labels are out, what scores and features promise."""
    known, stand_in = report.series(name)[1], f"estimated_{name}"
    out = np.isin(known.reason, [REASONS.index(why) for why in ("unlabelled", "immature")])
    if not out.any() or stand_in not in {c.metric.key for c in report.plan.chosen}:
        return Filled(known)
    expected, realised = (report.series(stand_in, band=band)[1] for band in ("expected", "realised"))
    return Filled(_where(out, expected, known), out, _where(out, realised, _nothing(known)))


def _where(chosen: npt.NDArray[np.bool_], here: Estimates, elsewhere: Estimates) -> Estimates:
    arrays = ((getattr(here, f), getattr(elsewhere, f)) for f in Estimates.__struct_fields__)
    return Estimates(*(np.where(chosen, one, other) for one, other in arrays))


def _nothing(like: Estimates) -> Estimates:
    return Estimates.none(like.n, "undefined")


def _nowcast(report: Report, name: str) -> Nowcast | None:
    """Return the nowcast of a metric where some window waits for its labels and the metric has one."""
    found = report.nowcasts
    if found is None or found.mature.all() or not found.defined(named(name)):
        return None
    return report.nowcast(name)


def _title(report: Report, name: str, title: str, found: list[Finding], lang: Lang) -> str:
    if found:
        return found[0].in_words(lang)
    now, then = report.estimate(name), report.estimate(name, which="reference")
    unit = next(c.metric.unit for c in report.plan.chosen if c.metric.key == name)
    if now.value is None or then.value is None or name == "row_count":
        return title
    key = "held_at_mature" if report.mature is not report.whole else "held_at"
    return say(lang, key, metric=title, now=number(now.value, unit), then=number(then.value, unit))


def _marker(finding: Finding, timeline: Timeline, lang: Lang) -> Marker:
    assert finding.window is not None
    place = timeline.labels.index(window_in(lang, finding.window.label))
    return Marker(float(timeline.start[place]), finding.in_words(lang), finding.level)
