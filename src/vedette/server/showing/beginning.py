"""The chart of an incident: the number that moved, around its beginning."""

from __future__ import annotations

from vedette.engine.definition import Definition
from vedette.metrics.base import Metric
from vedette.server.showing import charts, numbers
from vedette.server.showing.numbers import References
from vedette.server.showing.spans import DAY, Period
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.views.chart import View
from vedette.views.words import Lang

#: Days before its beginning, and after it was last seen, that the chart shows.
AROUND = 30


def beginning(
    tx: Transaction,
    references: References,
    definition: Definition,
    period: Period,
    stored: StoredIncident,
    lang: Lang,
) -> View | None:
    """Return the number that leads an incident around its beginning, None where it has no closed window.

    Where the leading finding is of no metric that is kept, it is the leading metric of the model.
    """
    lead = stored.incident.lead
    shown = period.between(stored.since - AROUND * DAY, stored.last + AROUND * DAY)
    if not shown.windows:
        return None
    metric = _metric(definition, lead.metric, lead.column)
    if metric is not None and lead.column is not None:
        before = references.of(definition, metric.key, lead.column)
        return charts.column_line(tx, shown, metric, lead.column, before, lang)
    metric = metric or numbers.leading(definition)
    if metric is None:
        return None
    return charts.performance(tx, shown, metric, references.of(definition, metric.key), [stored], lang)


def _metric(definition: Definition, name: str, column: str | None) -> Metric | None:
    planned = (c.metric for c in definition.plan.chosen)
    return next((m for m in planned if m.key == name and m.column == column), None)
