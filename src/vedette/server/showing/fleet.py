"""The fleet from the store: health of all, numbers of the lines that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from vedette import registry
from vedette.late_labels.maturity import FINAL
from vedette.metrics.base import Metric
from vedette.report.overtime import SHOWN as PERFORMANCE
from vedette.server.api.desk import Desk
from vedette.server.evaluation.baselines import REFERENCE
from vedette.server.evaluation.expecting import MATURITY, NOWCAST
from vedette.server.evaluation.health import Health, healths
from vedette.server.evaluation.library import baseline_for
from vedette.server.pages.fleet import SHOWN, Fleet, FleetQuery, FleetRow
from vedette.server.pages.parts import Connect, Paging
from vedette.server.pages.visit import Visit
from vedette.server.showing import numbers
from vedette.server.showing.spans import DAY, DAYS
from vedette.store import models, series, settings, windows
from vedette.store.database import Transaction
from vedette.store.series import Series, SeriesKey
from vedette.store.windows import StoredWindow, Stretch
from vedette.views.content import Status

#: Shares of a period that are looked through for the newest value: most often it lies in the first.
_SHARES = (0.1, 1.0)
#: How a state of the evaluation is shown.
LEVELS: dict[str, Status] = {
    "ok": "ok",
    "watch": "watch",
    "act": "act",
    "silent": "silent",
    "behind": "ok",
    "unready": "silent",
}


def fleet(desk: Desk, visit: Visit, query: FleetQuery) -> Fleet:
    """Return the page; windows are read for its lines alone, by whatever it is sorted."""
    with desk.database.read() as tx:
        living = {m.name: m.task for m in models.listing(tx) if visit.sees(m.project)}
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
            ranked = _sorted(asked, query)
        else:
            ranked = _by_number(tx, asked, living, query)
        lines = _rows(tx, ranked[first : first + paging.size], living, query.span)
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


def _by_number(
    tx: Transaction, found: Sequence[Health], tasks: Mapping[str, str | None], query: FleetQuery
) -> list[Health]:
    """Return models in the order of their rows, or of the change of their leading metric; without one, at the end."""
    keys = [(h.model, h.version) for h in found]
    stretches = windows.stretches(tx, keys, _microseconds(query.span))
    if query.sort == "volume":
        amounts = {key: float(stretch.rows) for key, stretch in stretches.items()}
    else:
        amounts = _changes(tx, found, tasks, stretches)
    other = 0.0 if query.sort == "volume" else float("inf")
    ranked = sorted(found, key=lambda h: (amounts.get((h.model, h.version), other), h.model))
    return ranked[::-1] if query.descending else ranked


def _changes(
    tx: Transaction,
    found: Sequence[Health],
    tasks: Mapping[str, str | None],
    stretches: Mapping[tuple[str, str], Stretch],
) -> dict[tuple[str, str], float]:
    """Return by how much each version's leading metric is now above that of its reference, where both are known."""
    leading = _leading(tx, found, tasks)
    before = _before(tx, found, leading)
    left = {key: lead for key, lead in leading.items() if key in stretches and before.get(key) is not None}
    changes: dict[tuple[str, str], float] = {}
    for share in _SHARES:
        begins = {k: stretches[k].end - int(share * (stretches[k].end - stretches[k].start)) for k in left}
        values = series.get_many(tx, _told_by(left.values()), start=min(begins.values(), default=None))
        for key, lead in left.items():
            now, then = _newest(values, lead, begins[key], stretches[key].end), before[key]
            if now is not None and then is not None:
                changes[key] = now - then
        left = {key: lead for key, lead in left.items() if key not in changes}
    return changes


def _newest(values: Mapping[SeriesKey, Series], lead: SeriesKey, start: int, end: int) -> float | None:
    """Return the newest value of a line over the windows that begin in ``[start, end)``."""
    told = [values[one].windows for one in _told_by([lead]) if one in values]
    known = np.unique(np.concatenate([np.empty(0, np.int64), *told]))
    return numbers.last(_line(values, lead, known[(known >= start) & (known < end)])[0])


def _microseconds(span: str) -> int | None:
    days = DAYS.get(span, 30)
    return None if days is None else days * DAY


def _rows(
    tx: Transaction, healths_: Sequence[Health], tasks: Mapping[str, str | None], span: str
) -> list[FleetRow]:
    """Return lines; a handful of questions whatever their number, and no baseline is opened for them."""
    found = windows.newest_of(tx, [(h.model, h.version) for h in healths_], _microseconds(span))
    leading = _leading(tx, healths_, tasks)
    starts = [listed[0].start for listed in found.values() if listed]
    values = series.get_many(tx, _told_by(leading.values()), start=min(starts, default=None))
    before = _before(tx, healths_, leading)
    lines = []
    for health in healths_:
        key = (health.model, health.version)
        listed, lead = found[key], leading.get(key)
        begins = np.array([w.start for w in listed], np.int64)
        line, expected = _line(values, lead, begins) if lead else (np.empty(0), False)
        lines.append(_row(health, listed, lead.metric if lead else "", line, expected, before.get(key)))
    return lines


def _leading(
    tx: Transaction, healths_: Sequence[Health], tasks: Mapping[str, str | None]
) -> dict[tuple[str, str], SeriesKey]:
    """Return the series of each version's leading metric: the first of its task that was ever computed."""
    wanted = {
        (h.model, h.version): [
            SeriesKey(h.model, h.version, name)
            for name in PERFORMANCE.get(tasks.get(h.model) or "", ())
            if name != "row_count"
        ]
        for h in healths_
    }
    there = series.existing(tx, [key for keys in wanted.values() for key in keys])
    firsts = {key: next((k for k in keys if k in there), None) for key, keys in wanted.items()}
    return {key: lead for key, lead in firsts.items() if lead is not None}


def _before(
    tx: Transaction, healths_: Sequence[Health], leading: Mapping[tuple[str, str], SeriesKey]
) -> dict[tuple[str, str], float | None]:
    """Return what the reference had of the leading metrics, as it was kept when the baseline was made."""
    entries = models.baselines_by_model(tx, {h.model for h in healths_})
    mine = {(h.model, h.version): baseline_for(entries[h.model], h.version) for h in healths_}
    kept = settings.get_many(tx, {f"{REFERENCE}{entry.hash}" for entry in mine.values() if entry})
    return {
        key: kept.get(f"{REFERENCE}{entry.hash}", {}).get(leading[key].metric)
        for key, entry in mine.items()
        if entry is not None and key in leading
    }


def _told_by(leading: Iterable[SeriesKey]) -> list[SeriesKey]:
    """Return the series that a line is told by: of a metric, of its nowcast, and of how complete labels are."""
    names = ("{}", NOWCAST + "{}", MATURITY)
    return [
        msgspec.structs.replace(key, metric=name.format(key.metric)) for key in {*leading} for name in names
    ]


def _line(values: Mapping[SeriesKey, Series], lead: SeriesKey, starts: np.ndarray) -> tuple[np.ndarray, bool]:
    """Return the leading metric on the windows, shape (w,), and whether its newest value is expected, not settled.

    Where labels are still to come it is the nowcast, and where there is none nothing.
    """
    real, cast, share = (_on(values.get(key), starts) for key in _told_by([lead]))
    young = np.nan_to_num(share, nan=1.0) < FINAL
    line = np.where(young, cast, real)
    there = np.flatnonzero(np.isfinite(line))
    return line, bool(len(there) and young[there[-1]])


def _on(found: Series | None, starts: np.ndarray) -> np.ndarray:
    if found is not None and np.array_equal(found.windows, starts):  # most often
        return numbers.line(found)
    values = np.full(len(starts), np.nan)
    if found is not None and len(found) and len(starts):
        at = np.searchsorted(starts, found.windows)
        kept = starts[np.minimum(at, len(starts) - 1)] == found.windows
        values[at[kept]] = numbers.line(found)[kept]
    return values


def _row(
    health: Health,
    listed: Sequence[StoredWindow],
    name: str,
    values: np.ndarray,
    expected: bool,
    before: float | None,
) -> FleetRow:
    metric: Metric | None = registry.load("metric", name)() if name and listed else None
    labelled = [w for w in listed if w.labelled]
    lag = (listed[-1].end - labelled[-1].end) / DAY if labelled else None
    return FleetRow(
        name=health.model,
        version=health.version,
        level=LEVELS[health.status],
        verdict=health.verdict,
        volume=numbers.spark([w.rows for w in listed]),
        rows=sum(w.rows for w in listed),
        labels=_share(sum(w.labelled for w in listed), sum(w.rows for w in listed)),
        lag_days=lag if lag and lag >= 1 else None,
        metric=metric.title if metric else "",
        unit=_unit(metric),
        now=numbers.last(values),
        expected=expected,
        before=before if metric else None,
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
