"""Which metrics are computed and which summaries they share; every choice says why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vedette import registry
from vedette.engine.scan import Wanted
from vedette.engine.stand_ins import STAND_INS
from vedette.errors import VedetteError
from vedette.layout import Layout
from vedette.metrics.base import Metric
from vedette.metrics.base import metric as named
from vedette.metrics.drift.mmd import Mmd
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import Summary
from vedette.summaries.regression_errors import RegressionErrors

#: Among the metrics asked for, the name of those that suit the task and the columns.
DEFAULT = "default"
#: How it is told that a layout lacks what a metric reads, by the code of the layout's error.
REFUSALS = {
    "schema.no-score": "why.needs_scores_of",
    "schema.no-query": "why.needs_queries",
    "schema.no-prediction": "why.needs_predicted_numbers",
    "schema.no-time": "why.needs_time",
    "metric.no-residuals": "why.needs_errors",
}


class Chosen(msgspec.Struct, frozen=True):
    """A metric and the summaries it reads, and those it reads of the reference alone, by the metric's own names.

    `known_only` leaves missing entries out: a label that is missing is not a value but one not known yet.
    """

    metric: Metric
    needs: dict[str, Summary]
    remembers: dict[str, Summary] = {}
    known_only: bool = False


class Plan(msgspec.Struct, frozen=True):
    """Metrics of a run with their shared summaries.

    Attributes
    ----------
    chosen : tuple of Chosen
    left_out : dict of str to Sentence or str
        Metrics that a person may expect of this task, and why they are not here.
    stand_ins : tuple of Chosen
        Estimates without labels: counted over all rows, and chosen where labels turn out to be out.
    """

    chosen: tuple[Chosen, ...]
    left_out: dict[str, Sentence | str] = {}
    stand_ins: tuple[Chosen, ...] = ()

    def with_stand_ins(self) -> Plan:
        """Return the plan for rows whose labels are out."""
        return Plan(tuple(_distinct([*self.chosen, *self.stand_ins])), self.left_out)

    def wanted(self, layout: Layout, *, lean: bool = False) -> Wanted:
        """Return the distinct specs to count.

        `lean` keeps to model metrics by segment: with hundreds of windows the drift of every column in every
        segment would not fit in memory.
        """
        followed = self.followed(layout)
        counted = [c.needs for c in (*self.chosen, *self.stand_ins)]
        total = [*layout.specs([*counted, followed]), *layout.projections]
        if not layout.schema.segments:
            return Wanted(tuple(total))
        narrow = [c.needs for c in self.chosen if not lean or c.metric.scope == "model"]
        return Wanted(tuple(total), tuple(layout.specs([*narrow, followed])))

    def followed(self, layout: Layout) -> dict[str, Summary]:
        """Return what alarms on outcomes read beside the metrics: how the errors of a regression lie."""
        errors = any(isinstance(spec, RegressionErrors) for c in self.chosen for spec in c.needs.values())
        return {"residuals": layout.residuals()} if errors and layout.residual_binning is not None else {}

    def of_reference(self, layout: Layout) -> Wanted:
        """Return the distinct specs to count of the reference."""
        wanted = self.wanted(layout)
        remembered = [c.remembers for c in (*self.chosen, *self.stand_ins)]
        beside = [*layout.specs(remembered), *_promise(layout)]
        known = set(wanted.total)
        beside += _prices(layout, known)
        return Wanted((*wanted.total, *(spec for spec in beside if spec not in known)), wanted.by_segment)


def _prices(layout: Layout, counted: Collection[Summary]) -> list[Summary]:
    """Return what tells how hard the rows in each bin of a counted column are: the price of its drift."""
    watched = [c for c in layout.monitored() if c.role != "label" and c.kind in ("number", "category")]
    found = [layout.bin_losses(c.name) for c in watched if layout.bins(c.name) in counted]
    return [spec for spec in found if spec is not None]


def _promise(layout: Layout) -> list[Summary]:
    """Return what tells how often a score comes true, where labels come late and are to be expected from it."""
    schema = layout.schema
    if schema.label_time is None or schema.score is None or layout.label is None or layout.task != "binary":
        return []
    return [layout.score_bins()]


def plan(layout: Layout, metrics: Iterable[str | Metric] | None = None) -> Plan:
    """Return the plan for the metrics asked for, or for those that suit the task and the columns.

    A name asks for the metric of every column it is defined for; a metric object for exactly that one. The name
    ``"default"`` stands for those that would be chosen unasked.
    """
    if metrics is None:
        return _default(layout)
    asked = list(metrics)
    usual = _default(layout) if DEFAULT in asked else Plan(())
    chosen = [c for one in asked if one != DEFAULT for c in _asked(one, layout)]
    return Plan(tuple(_distinct([*usual.chosen, *chosen])), usual.left_out, usual.stand_ins)


def _default(layout: Layout) -> Plan:
    found: list[Chosen] = []
    left_out: dict[str, Sentence | str] = {}
    for name, cls in sorted(registry.load_all("metric").items()):
        if cls.default and (not cls.tasks or layout.task in cls.tasks):
            made, why = _suiting(name, cls, layout)
            found += made
            if why:
                left_out[name] = why
    if layout.schema.multivariate and layout.together() is not None:
        found.append(choose(Mmd(), layout))
    names = STAND_INS.get(layout.task, ())
    stand_ins = [c for name in names for c in _suiting(name, registry.load("metric", name), layout)[0]]
    return Plan(tuple(found), left_out, tuple(stand_ins))


def choose(metric: Metric, layout: Layout) -> Chosen:
    """Return the metric with its needs; raises what the layout raises where it is not defined."""
    of_label = metric.compares and metric.column in layout.schema.roles().get("label", ())
    return Chosen(metric, metric.needs(layout), metric.remembers(layout), of_label)


def _asked(asked: str | Metric, layout: Layout) -> Sequence[Chosen]:
    if isinstance(asked, Metric):
        return [choose(asked, layout)]
    cls = registry.load("metric", asked)
    if cls.scope == "model":
        return [choose(named(asked), layout)]
    return [choose(named(asked, column=c), layout) for c in _columns(cls, layout)]


def _suiting(name: str, cls: type[Metric], layout: Layout) -> tuple[list[Chosen], Sentence | str | None]:
    if cls.scope != "model":
        return [choose(cls(column=c), layout) for c in _columns(cls, layout)], None
    made = cls()
    why = made.why_not(layout)
    if why is None:
        try:
            return [choose(made, layout)], None
        except VedetteError as error:
            why = _refusal(name, error, layout)
    return [], why


def _refusal(name: str, error: VedetteError, layout: Layout) -> Sentence:
    """Return why a layout lacks what a metric reads; in the words of the error where there are no others."""
    form = REFUSALS.get(error.code)
    if form is None:
        return Sentence.of("why.refused", error=error.found)
    classes = list(layout.classes[-1:] if layout.task == "binary" else layout.classes)
    return Sentence.of(form, metric=name, classes=classes)


def _columns(cls: type[Metric], layout: Layout) -> list[str]:
    if cls.scope == "group":
        return list(layout.schema.protected)
    return [c.name for c in layout.monitored() if cls.for_column(c)]


def _distinct(chosen: Sequence[Chosen]) -> list[Chosen]:
    return list({(c.metric.key, c.metric.column): c for c in chosen}.values())
