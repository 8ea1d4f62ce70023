"""The page of one version of a model from the store."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from vedette.alerts.policy import RANK
from vedette.engine.definition import Definition
from vedette.engine.labels import label_columns
from vedette.metrics.base import Metric
from vedette.numerals import number
from vedette.server.api.desk import Desk
from vedette.server.evaluation.deploys import deploys_of
from vedette.server.evaluation.health import Health, healths, leading, said
from vedette.server.ingest.losses import lost_of
from vedette.server.pages.model import ModelPage, QualityRow, Subject
from vedette.server.pages.parts import Choice, Connect, IncidentLine
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing import charts, numbers
from vedette.server.showing.fleet import LEVELS, moment, newest
from vedette.server.showing.numbers import References
from vedette.server.showing.slices import slices
from vedette.server.showing.spans import Period, period
from vedette.server.showing.told import settled
from vedette.store import incidents, models
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.views.content import Fact, Status

#: Rows of the tables on this page; the pages behind them have the rest.
SEGMENTS, QUALITY, CLOSED = 8, 8, 10
#: What is looked at in the quality of columns, and from which share on a column is listed.
CHECKS, LEAST = ("missing", "unseen", "out_of_range"), 0.001
STATES = ("open", "acknowledged", "muted", "resolved")


class Found(msgspec.Struct, frozen=True):
    """What every page of a model begins with."""

    subject: Subject
    health: Health
    period: Period
    definition: Definition | None


def found(tx: Transaction, desk: Desk, visit: Visit, name: str, version: str, span: str) -> Found | None:
    """Return a model's head, its period and what it is watched by.

    None where there is no such model or version, or where it is none of the reader's business.
    """
    known = models.get(tx, name)
    if known is None or not visit.sees(known.project):
        return None
    mine = [h for h in healths(tx, desk.loop.failures, desk.loop.silent, visit.lang) if h.model == name]
    if not mine:
        subject = Subject(name=name, version="", level="silent", span=span)
        health = Health(model=name, version="", status="unready", verdict=say(visit.lang, "model.no_rows"))
        return Found(subject, health, period(tx, name, "", span), None)
    chosen = next((h for h in mine if h.version == version), None) if version else newest(mine)[0]
    if chosen is None:
        return None
    subject = Subject(
        name=name,
        version=chosen.version,
        level=LEVELS[chosen.status],
        versions=tuple(v.version for v in models.versions_of(tx, name)),
        last_event=moment(chosen.last_event),
        span=span,
    )
    definition = desk.library.find_now(tx, name, chosen.version)
    return Found(subject, chosen, period(tx, name, chosen.version, span), definition)


def model(
    desk: Desk, references: References, visit: Visit, name: str, version: str, span: str, metric: str
) -> ModelPage | None:
    """Return the page, None where there is no such model or version."""
    with desk.database.read() as tx:
        head = found(tx, desk, visit, name, version, span)
        if head is None:
            return None
        if not head.subject.version:
            connect = Connect(address=visit.address, key="vd_…", model=name)
            return ModelPage(subject=head.subject, verdict=head.health.verdict, connect=connect)
        every = [
            i
            for i in incidents.listing(tx, model=name, states=STATES)
            if i.version in (head.subject.version, "")
        ]
        page = _numbers(tx, references, visit, head, every, metric) if head.definition else {}
        standing = leading(tx).get((name, head.subject.version))
        number_ = next((i.number for i in every if standing and i.id == standing.id), None)
        deploys = deploys_of(tx, name)
        lost = tuple(lost_of(tx, name).items())
        waiting = int((~settled(tx, head.period)).sum())
    return ModelPage(
        subject=head.subject,
        verdict=head.health.verdict,
        remedy=head.health.remedy,
        incident=number_,
        facts=_facts(head, visit, waiting),
        lanes=charts.lanes(head.period, every, deploys, visit.lang),
        incidents=tuple(line(i, visit) for i in _listed(every)),
        lost=lost,
        monitored=head.definition is not None,
        **page,
    )


def _numbers(
    tx: Transaction,
    references: References,
    visit: Visit,
    head: Found,
    every: list[StoredIncident],
    metric: str,
) -> dict[str, Any]:
    definition, period_ = head.definition, head.period
    assert definition is not None
    choices, chosen = numbers.shown(definition), leading_metric(definition, metric)
    columns = [c.name for c in definition.layout.monitored()]
    view = None
    if chosen is not None:
        view = charts.performance(
            tx, period_, chosen, references.of(definition, chosen.key), every, visit.lang
        )
    segments = slices(tx, references, definition, period_, chosen) if chosen is not None else []
    return {
        "metrics": tuple(Choice(m.key, m.titled(visit.lang)) for m in choices),
        "metric": chosen.key if chosen else "",
        "performance": view,
        "drift": charts.drift(
            tx, period_, columns, label_columns(definition.layout.schema), every, visit.lang
        ),
        "segments": tuple(segments[:SEGMENTS]),
        "segment_metric": chosen.titled(visit.lang) if chosen else "",
        "quality": _quality(tx, references, definition, period_, every),
    }


def _facts(head: Found, visit: Visit, waiting: int) -> tuple[Fact, ...]:
    windows = head.period.windows
    rows, labelled = sum(w.rows for w in windows), sum(w.labelled for w in windows)
    share = number(labelled / rows, "share") if rows else "–"
    still = say(visit.lang, "model.waiting", n=waiting) if waiting else ""
    told = (("rows", f"{rows:,}", ""), ("labelled", share, still), ("windows", f"{len(windows):,}", ""))
    return tuple(Fact(say(visit.lang, f"model.{name}"), value, note) for name, value, note in told)


def _quality(
    tx: Transaction,
    references: References,
    definition: Definition,
    period_: Period,
    every: list[StoredIncident],
) -> tuple[QualityRow, ...]:
    """Return the columns with something to say about their values, worst first."""
    read = numbers.read(tx, period_.model, period_.version, CHECKS, period_.start)
    standing = [one.incident for one in every if one.state in ("open", "acknowledged")]
    blamed: dict[str, Status] = {
        column: one.level
        for one in sorted(standing, key=lambda one: RANK[one.level])
        for f in one.findings
        for column in (f.column, *f.also)
        if column
    }
    rows: list[tuple[QualityRow, np.ndarray]] = []
    # Labels that are missing are not in yet: that is no fault of a column, and stands under the performance.
    for column in (c.name for c in definition.layout.monitored() if c.role != "label"):
        lines = {check: numbers.closed(read[check], period_, column) for check in CHECKS if check in read}
        now = {check: numbers.last(values) for check, values in lines.items()}
        if column not in blamed and max((v for v in now.values() if v is not None), default=0.0) < LEAST:
            continue
        before = references.of(definition, "missing", column)
        row = QualityRow(
            column=column,
            level=blamed.get(column, "ok"),
            missing=now.get("missing"),
            missing_before=before.value if before else None,
            unseen=now.get("unseen"),
            out_of_range=now.get("out_of_range"),
            spark=(),
        )
        rows.append((row, lines.get("missing", np.empty(0))))
    worst = sorted(rows, key=lambda pair: _worst(pair[0]))[:QUALITY]
    return tuple(msgspec.structs.replace(row, spark=numbers.spark(line)) for row, line in worst)


def _worst(row: QualityRow) -> tuple[int, float]:
    change = (row.missing or 0.0) - (row.missing_before or 0.0)
    return ("act", "watch", "info", "ok", "silent").index(row.level), -(
        change + (row.unseen or 0) + (row.out_of_range or 0)
    )


def _listed(every: list[StoredIncident]) -> list[StoredIncident]:
    standing = [i for i in every if i.state != "resolved"]
    rank = {"act": 0, "watch": 1, "info": 2}
    standing.sort(key=lambda i: (rank[i.incident.level], i.incident.explanation is None, -i.opened_at))
    return [*standing, *[i for i in every if i.state == "resolved"][:CLOSED]]


def line(stored: StoredIncident, visit: Visit) -> IncidentLine:
    """Return an incident as lists show it."""
    incident = stored.incident
    return IncidentLine(
        number=stored.number,
        level=incident.level,
        state=incident.state,
        title=said(incident, visit.lang)[0],
        opened=moment(stored.since),
        owner=stored.owner,
    )


def leading_metric(definition: Definition, asked: str) -> Metric | None:
    """Return the metric asked for where there is one, else the leading one."""
    choices = numbers.shown(definition)
    return next((m for m in choices if m.key == asked), choices[0] if choices else None)
