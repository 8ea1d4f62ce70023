"""The fleet from the store: health of all, numbers of the lines that are shown."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from vedette.metrics.base import Metric
from vedette.server.api.desk import Desk
from vedette.server.evaluation.health import Health, healths
from vedette.server.pages.fleet import SHOWN, Fleet, FleetQuery, FleetRow
from vedette.server.pages.parts import Connect, Paging
from vedette.server.pages.visit import Visit
from vedette.server.showing import numbers
from vedette.server.showing.numbers import References
from vedette.server.showing.spans import DAY, period
from vedette.store import models
from vedette.store.database import Transaction
from vedette.views.content import Status

#: How a state of the evaluation is shown.
LEVELS: dict[str, Status] = {
    "ok": "ok",
    "watch": "watch",
    "act": "act",
    "silent": "silent",
    "behind": "ok",
    "unready": "silent",
}


def fleet(desk: Desk, references: References, visit: Visit, query: FleetQuery) -> Fleet:
    """Return the page; numbers are read for its lines alone, unless they are what it is sorted by."""
    with desk.database.read() as tx:
        living = {m.name for m in models.listing(tx) if visit.sees(m.project)}
        known = [
            h
            for h in newest(healths(tx, desk.loop.failures, desk.loop.silent, visit.lang))
            if h.model in living
        ]
        if not known:
            connect = Connect(address=visit.address, key="vd_…")
            return Fleet(query=query, counts={}, rows=(), paging=Paging(0), connect=connect)
        counts = {level: sum(LEVELS[h.status] == level for h in known) for level in SHOWN}
        word = query.search.casefold()
        asked = [h for h in known if word in h.model.casefold() and query.level in (None, LEVELS[h.status])]
        paging = Paging(len(asked), query.page)
        first = (paging.at - 1) * paging.size
        if query.sort in ("health", "model", "event", "labels"):
            lines = [
                _row(tx, desk, references, h, query.span)
                for h in _sorted(asked, query)[first : first + paging.size]
            ]
        else:
            every = [_row(tx, desk, references, h, query.span) for h in asked]
            lines = _by_number(every, query)[first : first + paging.size]
    return Fleet(query=query, counts=counts, rows=tuple(lines), paging=paging)


def newest(found: list[Health]) -> list[Health]:
    """Return one line a model: its newest version, under the gravest state of any version still in use.

    A version counts as in use while its rows reach into the newest version's last day.
    """
    by_model: dict[str, list[Health]] = {}
    for health in found:
        by_model.setdefault(health.model, []).append(health)
    chosen = []
    for versions in by_model.values():
        last = max(versions, key=lambda h: (h.first_event, h.last_event))
        used = [h for h in versions if h.last_event >= last.last_event - DAY]
        chosen.append(
            min(
                used,
                key=lambda h: (SHOWN.index(LEVELS[h.status]) if h.incidents else len(SHOWN), h is not last),
            )
        )
    return chosen


def _sorted(found: list[Health], query: FleetQuery) -> list[Health]:
    ranked = sorted(found, key=lambda h: h.model)
    if query.sort == "health":
        ranked.sort(key=lambda h: SHOWN.index(LEVELS[h.status]), reverse=query.descending)
    elif query.sort == "event":
        ranked.sort(key=lambda h: h.last_event, reverse=not query.descending)
    elif query.sort == "labels":
        ranked.sort(key=lambda h: -1.0 if h.labelled is None else h.labelled, reverse=query.descending)
    elif query.descending:
        ranked.reverse()
    return ranked


def _by_number(rows: list[FleetRow], query: FleetQuery) -> list[FleetRow]:
    if query.sort == "volume":
        return sorted(rows, key=lambda r: (r.rows, r.name), reverse=query.descending)
    changes = {
        r.name: (r.now - r.before) if r.now is not None and r.before is not None else float("inf")
        for r in rows
    }
    return sorted(rows, key=lambda r: (changes[r.name], r.name), reverse=query.descending)


def _row(tx: Transaction, desk: Desk, references: References, health: Health, span: str) -> FleetRow:
    shown = period(tx, health.model, health.version, span)
    definition = desk.library.find_now(tx, health.model, health.version)
    metric = numbers.leading(definition) if definition else None
    values, before = np.empty(0), None
    if metric is not None and definition is not None and shown.windows:
        found = numbers.read(tx, health.model, health.version, [metric.key], shown.start)
        values = numbers.line(found[metric.key]) if metric.key in found else values
        before = references.of(definition, metric.key)
    labelled = [w for w in shown.windows if w.labelled]
    lag = (shown.windows[-1].end - labelled[-1].end) / DAY if labelled else None
    return FleetRow(
        name=health.model,
        version=health.version,
        level=LEVELS[health.status],
        verdict=health.verdict,
        volume=numbers.spark([w.rows for w in shown.windows]),
        rows=sum(w.rows for w in shown.windows),
        labels=_share(sum(w.labelled for w in shown.windows), sum(w.rows for w in shown.windows)),
        lag_days=lag if lag and lag >= 1 else None,
        metric=metric.title if metric else "",
        unit=_unit(metric),
        now=numbers.last(values),
        before=before.value if before else None,
        performance=numbers.spark(values),
        incidents=sum(health.incidents.values()),
        last_event=moment(health.last_event),
    )


def moment(instant: int) -> datetime:
    """Return an instant (microseconds since the epoch) as a date and time in UTC."""
    return datetime.fromtimestamp(instant / 1e6, UTC)


def _share(part: int, whole: int) -> float | None:
    return part / whole if part and whole else None


def _unit(metric: Metric | None) -> str:
    return metric.unit if metric else ""
