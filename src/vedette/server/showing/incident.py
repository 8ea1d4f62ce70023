"""The page of one incident from the store."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from vedette.alerts.incident import Incident
from vedette.engine.along import end_to_end
from vedette.engine.definition import Definition
from vedette.evidence.promise import Promise as Budget
from vedette.metrics.base import key_in_words
from vedette.numerals import number, signed
from vedette.server.api.desk import Desk
from vedette.server.delivery.facts import chance, moved
from vedette.server.evaluation.health import said
from vedette.server.evaluation.keeping import load
from vedette.server.evaluation.naming import outside_rows
from vedette.server.pages.incident import CauseRow, IncidentPage, Measure, Promise, RemedyRow
from vedette.server.pages.parts import Event, Grid
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing.beginning import beginning
from vedette.server.showing.distributions import distribution
from vedette.server.showing.fleet import moment
from vedette.server.showing.model import STATES, Found, found, leading_metric
from vedette.server.showing.numbers import References
from vedette.server.showing.slices import slices
from vedette.server.showing.spans import DAY
from vedette.store import accounts, incidents, windows
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.values import Estimate, Window
from vedette.views.chart import View

#: Windows of an incident whose states are merged for its pictures, rows shown, characters of a cell.
MOST, EXAMPLES, CELL = 30, 10, 60


def incident(desk: Desk, references: References, visit: Visit, wanted: int) -> IncidentPage | None:
    """Return the page, None where there is no such incident."""
    with desk.database.read() as tx:
        stored = incidents.get(tx, wanted)
        head = found(tx, desk, visit, stored.model, stored.version, "all") if stored else None
        if stored is None or head is None:
            return None
        one, definition = stored.incident, head.definition
        verdict, remedy = said(one, visit.lang)
        every = incidents.listing(tx, model=stored.model, states=STATES)
        people = tuple(u.login for u in accounts.all_users(tx) if not u.disabled)
        proof = _proof(tx, one, definition, visit) if definition else None
        metric = leading_metric(definition, one.lead.metric) if definition else None
        seen = _windows(tx, one)
        rows = slices(tx, references, definition, head.period, metric) if definition and metric else []
        began = beginning(tx, references, definition, head.period, stored, visit.lang) if definition else None
    return IncidentPage(
        number=stored.number,
        subject=head.subject,
        level=one.level,
        state=one.state,
        verdict=verdict,
        remedy=remedy,
        opened=moment(stored.since),
        ended=moment(one.last.end) if stored.closed_at is not None else None,
        muted_until=moment(stored.muted_until) if stored.muted_until is not None else None,
        owner=stored.owner,
        people=people,
        effect=_effect(one, definition, visit),
        evidence=Measure(chance(one, visit.lang), say(visit.lang, "incident.evidence_of", n=len(seen))),
        impact=_impact(one, definition, visit),
        promise=_promise(every, stored, head),
        causes=(CauseRow(title=verdict, detail="", proof=proof, column=_column(one)),)
        if one.explanation
        else (),
        segments=tuple(rows[:5]),
        segment_metric=metric.titled(visit.lang) if metric else "",
        began=began,
        examples=_examples(desk, one, definition, seen) if definition else None,
        remedies=(RemedyRow(remedy),) if remedy else (),
        events=tuple(_events(one, visit)),
    )


def _column(one: Incident) -> str:
    named = one.explanation.columns if one.explanation else ()
    return named[0] if named else one.lead.column or ""


def _effect(one: Incident, definition: Definition | None, visit: Visit) -> Measure:
    """Return from what to what the leading number went; of which number, by how much surely, and what else moved."""
    lead, effect = one.lead, one.effect
    planned = {c.metric.key: c.metric for c in definition.plan.chosen} if definition else {}

    def title(key: str) -> str:
        return planned[key].titled(visit.lang) if key in planned else key_in_words(key, visit.lang)

    unit = planned[lead.metric].unit if lead.metric in planned else ""
    size = moved(lead, effect, unit)
    about = " · ".join(filter(None, (lead.column, title(lead.metric))))
    between = _range(effect, unit, of_change="→" in size)
    also = ", ".join(dict.fromkeys(f.column or title(f.metric) for f in one.findings[1:]))
    details = (
        say(visit.lang, "incident.change", what=about, change=between) if between else about,
        say(visit.lang, "incident.also", names=also[:200]) if also else "",
    )
    return Measure(size or "–", " · ".join(filter(None, details)))


def _range(effect: Estimate | None, unit: str, *, of_change: bool) -> str:
    """Return the interval of an effect, empty without one; of a change with its signs."""
    if effect is None or effect.low is None or effect.high is None:
        return ""
    said_as = signed if of_change else number
    return f"{said_as(effect.low, unit)} … {said_as(effect.high, unit)}"


def _impact(one: Incident, definition: Definition | None, visit: Visit) -> Measure:
    """Return the cost: points of accuracy, or of a regression the growth of its mean absolute error.

    What labels showed goes before what the reference lets expect.
    """
    regression = definition is not None and definition.layout.task == "regression"
    metric = "mae" if regression else "accuracy"
    cost = _measured(one, metric)
    if cost is None:
        cost = one.impact
    if cost is None:
        return Measure("–", say(visit.lang, "incident.impact_unknown"))
    if regression:
        return Measure(signed(cost, "share"), key_in_words(metric, visit.lang))
    change = signed(round(-100 * cost, 1))
    return Measure(say(visit.lang, "points", change=change), key_in_words(metric, visit.lang))


def _measured(one: Incident, metric: str) -> float | None:
    """Return what the labels of the whole model showed, None where no finding is about them."""
    for finding in one.findings:
        if (finding.metric, finding.column, finding.segment) != (metric, None, None):
            continue
        now, before = finding.current, finding.reference
        if now and before and now.value is not None and before.value:
            gap = now.value - before.value
            return gap / before.value if metric == "mae" else -gap
    return None


def _promise(every: list[StoredIncident], stored: StoredIncident, head: Found) -> Promise:
    """Return the how manieth alarm of the model this is, and what was promised."""
    before = [i for i in every if i.opened_at <= stored.opened_at and i.incident.level != "info"]
    first = min((i.since for i in before), default=stored.since)
    begin = head.period.windows[0].start if head.period.windows else first
    text = head.definition.monitor.alerts.false_alarms if head.definition else "1 per month"
    months = Budget.parse(text).windows_between(1.0) / (365.25 / 12)
    return Promise(
        alarm=max(len(before), 1),
        days=max(round((stored.last - begin) / DAY), 1),
        per_month=round(1 / months, 2),
    )


def _windows(tx: Transaction, one: Incident) -> list[Window]:
    listed = windows.listing(tx, one.model, one.version, start=one.since.start, end=one.last.start + 1)
    return [Window(w.start, w.end, w.label) for w in listed if w.closed]


def _proof(tx: Transaction, one: Incident, definition: Definition, visit: Visit) -> View | None:
    column, seen = _column(one), _windows(tx, one)[-MOST:]
    if not column or not seen:
        return None
    cube = end_to_end(load(tx, one.model, one.version, definition, seen))
    return distribution(definition, cube, column, say(visit.lang, "incident.proof", column=column))


def _examples(desk: Desk, one: Incident, definition: Definition, seen: list[Window]) -> Grid | None:
    """Return rows of the last window it was seen in: of its segment, and with what is wrong in them first."""
    if not seen:
        return None
    schema = definition.layout.schema
    rows = outside_rows(desk.rows(one.model, one.version, seen[-1].start, seen[-1].end), schema)
    lead, column = one.lead, _column(one)
    if lead.segment is not None and lead.segment.column in rows.column_names:
        same = pc.equal(rows[lead.segment.column].cast(pa.string()), lead.segment.value)
        rows = rows.filter(same)
    if column in rows.column_names and rows[column].null_count:
        rows = rows.filter(pc.is_null(rows[column]))
    if not rows.num_rows:
        return None
    first = [
        n
        for n in (schema.id, schema.time, column, schema.score, schema.prediction, schema.label)
        if isinstance(n, str)
    ]
    names = list(dict.fromkeys(n for n in (*first, *rows.column_names) if n in rows.column_names))[:12]
    head = rows.select(names).slice(0, EXAMPLES).to_pylist()
    return Grid(tuple(names), tuple(tuple(cell(row[n]) for n in names) for row in head))


def cell(value: object) -> str:
    """Return a value of a log as a short text."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    text = number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= CELL else f"{text[: CELL - 1]}…"


def _events(one: Incident, visit: Visit) -> list[Event]:
    """Return what people and the system did, newest first; windows that were merely looked at are left out."""
    told = []
    for event in reversed(one.events):
        if event.kind == "pulse":
            continue
        person = event.who != "vedette"
        words = event.text if event.kind == "comment" else say(visit.lang, f"events.{event.kind}")
        if event.kind == "assign":
            words = f"{words} {event.text}".strip()
        kind: Literal["system", "deed", "comment"] = "deed" if person else "system"
        if event.kind == "comment":
            kind = "comment"
        told.append(Event(at=moment(event.at), text=words, who=event.who if person else "", kind=kind))
    return told
