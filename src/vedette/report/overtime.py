"""Metrics over the windows: which are drawn, and with which marks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vedette.report.report import Report
from vedette.rules.base import number
from vedette.values import Finding
from vedette.views.content import Figure, anchor
from vedette.views.series import Marker, Series
from vedette.views.timeline import Timeline

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
    _, estimates = report.series(name)
    return tuple(None if np.isnan(v) else float(v) for v in estimates.value)


def figures(report: Report, timeline: Timeline) -> Iterator[Figure]:
    """Yield one figure a metric, the leading ones open."""
    for place, name in enumerate(shown(report)):
        yield Figure(view=_series(report, name, timeline), anchor=anchor("metric", name), folded=place >= 4)


def _series(report: Report, name: str, timeline: Timeline) -> Series:
    _, estimates = report.series(name)
    cls = next(c.metric for c in report.plan.chosen if c.metric.key == name)
    found = [f for f in report.findings if f.metric == name and f.segment is None and f.column is None]
    coverage = None
    if any(c.metric.key == "label_coverage" for c in report.plan.chosen) and name != "row_count":
        coverage = report.series("label_coverage")[1].value
    reference = report.estimate(name, which="reference")
    return Series(
        title=_title(report, name, cls.title, found),
        name=cls.title,
        timeline=timeline,
        estimates=estimates,
        unit=cls.unit,
        range=(cls.range[0], cls.range[1]),
        reference=reference if reference.value is not None and name != "row_count" else None,
        coverage=coverage,
        markers=tuple(_marker(f, timeline) for f in found if f.window is not None),
        level=report.level,
    )


def _title(report: Report, name: str, title: str, found: list[Finding]) -> str:
    if found:
        return found[0].message
    now, then = report.estimate(name), report.estimate(name, which="reference")
    unit = next(c.metric.unit for c in report.plan.chosen if c.metric.key == name)
    if now.value is None or then.value is None or name == "row_count":
        return title
    return f"{title}: {number(now.value, unit)} over all windows, {number(then.value, unit)} in the reference"


def _marker(finding: Finding, timeline: Timeline) -> Marker:
    assert finding.window is not None
    place = timeline.labels.index(finding.window.label)
    return Marker(float(timeline.start[place]), finding.message, finding.level)
