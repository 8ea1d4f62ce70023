"""The page of one column from the store."""

from __future__ import annotations

import numpy as np

from vedette.engine.definition import Definition
from vedette.metrics.base import Metric
from vedette.numerals import number
from vedette.server.api.desk import Desk
from vedette.server.evaluation.health import said
from vedette.server.pages.feature import FeaturePage
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing import charts, numbers
from vedette.server.showing.distributions import distribution
from vedette.server.showing.model import Found, found
from vedette.server.showing.numbers import References
from vedette.server.showing.slices import merged
from vedette.store import incidents
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.views.chart import View
from vedette.views.content import Fact

#: Metrics of a column that its page shows over time, where they are computed.
OVER_TIME = ("psi", "missing", "unseen", "out_of_range", "mean")
#: Incidents that speak of the state a column is in now.
STANDING = ("open", "acknowledged", "muted")


def feature(
    desk: Desk, references: References, visit: Visit, name: str, column: str, version: str, span: str
) -> FeaturePage | None:
    """Return the page, None where nothing of this name is watched."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, version, span)
        definition = head.definition if head else None
        if head is None or definition is None:
            return None
        known = [c.name for c in definition.layout.monitored()]
        if column not in known:
            return None
        mine = [i for i in incidents.listing(tx, model=name, states=STANDING) if _names(i, column)]
        lines = {m.key: _line(tx, head, m.key, column) for m in _metrics(definition, column)}
        verdict, detail = _verdict(mine, lines, column, visit)
        cube = merged(tx, definition, head.period)
        title = say(visit.lang, "feature.distribution", column=column)
        return FeaturePage(
            subject=head.subject,
            column=column,
            level=mine[0].incident.level if mine else "ok",
            verdict=verdict,
            detail=detail,
            facts=_facts(references, definition, lines, column, visit),
            columns=_by_drift(tx, head, known),
            distribution=distribution(definition, cube, column, title) if cube else None,
            over_time=_over_time(tx, references, head, definition, column, visit),
        )


def _names(stored: StoredIncident, column: str) -> bool:
    return any(f.column == column for f in stored.incident.findings)


def _metrics(definition: Definition, column: str) -> list[Metric]:
    """Return what is computed of a column and worth a chart, in the order of the page."""
    planned = {c.metric.key: c.metric for c in definition.plan.chosen if c.metric.column == column}
    return [planned[key] for key in OVER_TIME if key in planned]


def _line(tx: Transaction, head: Found, metric: str, column: str) -> np.ndarray:
    read = numbers.read(tx, head.period.model, head.period.version, [metric], head.period.start)
    return numbers.closed(read[metric], head.period, column) if metric in read else np.empty(0)


def _verdict(
    standing: list[StoredIncident], lines: dict[str, np.ndarray], column: str, visit: Visit
) -> tuple[str, str]:
    """Return what an incident says of the column, else that it did not move beyond chance."""
    if standing:
        return said(standing[0].incident, visit.lang)
    now = numbers.last(lines.get(charts.DRIFT, np.empty(0)))
    if now is None:
        return say(visit.lang, "feature.unknown", column=column), ""
    return say(visit.lang, "feature.still", column=column), say(visit.lang, "feature.psi", now=number(now))


def _facts(
    references: References, definition: Definition, lines: dict[str, np.ndarray], column: str, visit: Visit
) -> tuple[Fact, ...]:
    shown = []
    for metric in _metrics(definition, column):
        now, before = numbers.last(lines[metric.key]), references.of(definition, metric.key, column)
        text = number(now, metric.unit)
        if before is not None:
            text = say(visit.lang, "feature.before", now=text, before=number(before.value, metric.unit))
        shown.append(Fact(metric.titled(visit.lang), text))
    return tuple(shown)


def _by_drift(tx: Transaction, head: Found, columns: list[str]) -> tuple[str, ...]:
    """Return the columns, those first that moved most in the newest window."""
    read = numbers.read(tx, head.period.model, head.period.version, [charts.DRIFT], head.period.start)
    found_ = read.get(charts.DRIFT)
    moved = {c: (numbers.last(numbers.line(found_, c)) if found_ else None) or 0.0 for c in columns}
    return tuple(sorted(columns, key=lambda c: (-moved[c], c)))


def _over_time(
    tx: Transaction, references: References, head: Found, definition: Definition, column: str, visit: Visit
) -> tuple[View, ...]:
    views = (
        charts.column_line(tx, head.period, m, column, references.of(definition, m.key, column), visit.lang)
        for m in _metrics(definition, column)
    )
    return tuple(view for view in views if view is not None)
