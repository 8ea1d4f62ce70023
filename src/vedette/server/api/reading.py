"""What the API answers, without HTTP: models and their health, windows, series, incidents, versions side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from vedette.diagnosis.words import Lang
from vedette.engine.ageing import aged
from vedette.engine.along import end_to_end
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate_place
from vedette.engine.lateness import micros
from vedette.engine.nowcasts import Nowcasts
from vedette.engine.rivals import contest
from vedette.engine.stand_ins import labels_are_out
from vedette.errors import unknown_name
from vedette.report.report import Report
from vedette.server.api.desk import Desk, missing_model
from vedette.server.api.points import telling
from vedette.server.evaluation.deploys import deploys_of
from vedette.server.evaluation.health import healths, said
from vedette.server.evaluation.keeping import load
from vedette.server.showing.numbers import shown
from vedette.server.showing.spans import between
from vedette.server.showing.told import told_of
from vedette.store import incidents, models, series, windows
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.store.series import Series, SeriesKey
from vedette.values import REASONS

#: Windows of which a report or a comparison holds the states at once.
MOST_WINDOWS = 400
_FIELDS = ("value", "low", "high", "n", "p", "first", "reason", "revision")
Json = dict[str, Any]
#: Tells whether one may see a project.
May = Callable[[str], bool]


def everything(project: str) -> bool:
    """Let all be seen."""
    return True


def all_models(desk: Desk, lang: Lang = "en", may_see: May = everything) -> list[Json]:
    """Return every model of the projects that one may see, with its newest version's health first."""
    with desk.database.read() as tx:
        known = [m for m in models.listing(tx) if may_see(m.project)]
        found = healths(tx, desk.loop.failures, desk.loop.silent, lang)
    by_model: dict[str, list[Json]] = {m.name: [] for m in known}
    for health in found:
        if health.model in by_model:
            by_model[health.model].append(msgspec.to_builtins(health))
    return [{**msgspec.to_builtins(m), "versions": by_model[m.name]} for m in known]


def one_model(desk: Desk, model: str, lang: Lang = "en") -> Json:
    """Return one model with its versions, deploys and baselines."""
    with desk.database.read() as tx:
        found = models.get(tx, model)
        if found is None:
            raise missing_model(tx, model)
        health = [h for h in healths(tx, desk.loop.failures, desk.loop.silent, lang) if h.model == model]
        return {
            **msgspec.to_builtins(found),
            "versions": msgspec.to_builtins(health),
            "deploys": msgspec.to_builtins(deploys_of(tx, model)),
            "baselines": msgspec.to_builtins(models.baselines_of(tx, model)),
        }


def all_windows(desk: Desk, model: str, version: str, start: int | None, end: int | None) -> list[Json]:
    """Return the windows of a version in order of time."""
    with desk.database.read() as tx:
        name = desk.version(tx, model, version)
        plain: list[Json] = msgspec.to_builtins(windows.listing(tx, model, name, start=start, end=end))
        return plain


def all_series(desk: Desk, model: str, version: str) -> list[Json]:
    """Return what series there are: metric, dimension, and the places (column, segment value) of each."""
    with desk.database.read() as tx:
        keys = series.catalogue(tx, model, desk.version(tx, model, version))
        found = series.get_many(tx, keys, (), start=2**62)
        return [
            {"metric": key.metric, "dimension": key.dimension, "places": found[key].places} for key in keys
        ]


def one_series(
    desk: Desk,
    model: str,
    metric: str,
    *,
    version: str = "",
    column: str = "",
    segment: str = "",
    start: int | None = None,
    end: int | None = None,
    points: int = 1000,
) -> Json:
    """Return a metric over the windows of a span, thinned to at most `points` (see `telling`).

    Raises
    ------
    UnknownNameError
        No such series (``api.unknown-name``), column or segment (``api.unknown-name``).
    """
    dimension, _, value = segment.partition("=")
    with desk.database.read() as tx:
        name = desk.version(tx, model, version)
        key = SeriesKey(model, name, metric, dimension)
        found = series.get(tx, key, _FIELDS, start=start, end=end)
        if not found.places:
            known = {k.metric for k in series.catalogue(tx, model, name)}
            raise unknown_name("Series", metric, known, code="api.unknown-name")
        if (column, value) not in found.places:
            known = {f"{c} {v}".strip() for c, v in found.places}
            raise unknown_name(
                f"Place of {metric}", f"{column} {value}".strip(), known, code="api.unknown-name"
            )
        definition = desk.library.find_now(tx, model, name)
        said_ = _said(tx, key, found, definition) if not column and not segment else None
    beside = definition and evaluate_place(
        definition.plan.chosen, definition.baseline.cube, metric, column, dimension, value
    )
    place = found.places.index((column, value))
    chosen = telling(found.fields["value"][:, place], points)
    plain: Json = {
        "model": model,
        "version": name,
        "metric": metric,
        "column": column or None,
        "segment": segment or None,
        "windows": found.windows[chosen].tolist(),
        "all": len(found),
        "reference": msgspec.to_builtins(beside),
    }
    for field in ("value", "low", "high", "n", "p", "first"):
        plain[field] = found.fields[field][chosen, place].tolist()
    reasons = found.fields["reason"][chosen, place]
    plain["reason"] = [REASONS[r] if r >= 0 else None for r in reasons]
    plain["revision"] = found.fields["revision"][chosen, 0].tolist()
    if said_ is not None:
        plain["shown"] = {field: [values[i] for i in chosen] for field, values in said_.items()}
    return plain


def _said(tx: Transaction, key: SeriesKey, found: Series, definition: Definition | None) -> Json | None:
    """Return what the page of the model says of each window; None where a metric reads no labels."""
    metric = next((m for m in shown(definition) if m.key == key.metric), None) if definition else None
    if metric is None or not getattr(metric, "needs_label", False) or not len(found):
        return None
    first, last = int(found.windows[0]), int(found.windows[-1])
    period = between(tx, key.model, key.version, first, last + 1)
    told = told_of(tx, period, metric).on(found.windows, period)
    numbers_ = {name: getattr(told.estimates, name).tolist() for name in ("value", "low", "high")}
    return {
        **numbers_,
        "by": [told.how(i) or None for i in range(len(found))],
        "reason": [REASONS[r] if r >= 0 else None for r in told.estimates.reason],
        "first": told.first.tolist(),
        "labelled": told.labelled.tolist(),
        "maturity": told.maturity.tolist(),
    }


def all_incidents(
    desk: Desk,
    model: str | None,
    states: tuple[str, ...],
    limit: int,
    before: int | None,
    lang: Lang = "en",
    may_see: May = everything,
) -> list[Json]:
    """Return incidents of the projects that one may see, newest first, with verdict and remedy in words."""
    with desk.database.read() as tx:
        found = incidents.listing(tx, model=model, states=states, limit=limit, before=before)
        seen = {m.name for m in models.listing(tx, archived=True) if may_see(m.project)}
    return [_incident(one, lang, whole=False) for one in found if one.model in seen]


def one_incident(desk: Desk, number: int, lang: Lang = "en") -> Json:
    """Return an incident with its findings and everything that happened to it."""
    with desk.database.read() as tx:
        found = incidents.get(tx, number)
    if found is None:
        raise unknown_name("Incident", str(number), (), code="api.unknown-name")
    return _incident(found, lang, whole=True)


def _incident(stored: StoredIncident, lang: Lang, *, whole: bool) -> Json:
    incident = stored.incident
    verdict, remedy = said(incident, lang)
    plain: Json = {
        name: getattr(stored, name)
        for name in ("number", "id", "model", "version", "state", "level", "opened_at", "closed_at", "owner")
    }
    plain |= {
        "verdict": verdict,
        "remedy": remedy,
        "cause": incident.cause,
        "since": msgspec.to_builtins(incident.since),
        "last": msgspec.to_builtins(incident.last),
        "findings": [f.to_dict() for f in incident.findings],
    }
    return {**plain, "events": msgspec.to_builtins(incident.events)} if whole else plain


def versions_side_by_side(
    desk: Desk, model: str, champion: str, challenger: str, start: int | None, end: int | None
) -> Json:
    """Return two versions compared on the windows they share, at most the newest `MOST_WINDOWS`."""
    with desk.database.read() as tx:
        names = [desk.version(tx, model, name) for name in (champion, challenger)]
        definition = desk.definition(tx, model, names[0])
        spans = [desk.windows(tx, model, name, start, end, MOST_WINDOWS) for name in names]
        shared = sorted({*spans[0]} & {*spans[1]})
        sides = [load(tx, model, name, definition, shared) for name in names]
    found = contest(sides[0], sides[1], definition)
    return {"champion": names[0], "challenger": names[1], **msgspec.to_builtins(found)}


def report(desk: Desk, model: str, version: str, start: int | None, end: int | None) -> Report:
    """Return the report on a span of a version, at most its newest `MOST_WINDOWS` windows, from stored states."""
    with desk.database.read() as tx:
        name = desk.version(tx, model, version)
        definition = desk.definition(tx, model, name)
        chosen = desk.windows(tx, model, name, start, end, MOST_WINDOWS)
        if not chosen:
            raise unknown_name("Closed window", f"of {model} {name}", (), code="api.unknown-name")
        cube = end_to_end(load(tx, model, name, definition, chosen))
        standing = incidents.standing(tx, model, name, resolved_after=chosen[0].start)
        seen = max((v.last_seen for v in models.versions_of(tx, model)), default=0)
    starts = {w.start for w in chosen}
    findings = [
        finding
        for one in standing
        for finding in one.incident.findings
        if finding.window is None
        or (finding.window.start in starts and finding.until and finding.until.start in starts)
    ]
    monitor, out = definition.monitor, labels_are_out(cube, definition.layout)
    return Report(
        definition.baseline,
        cube,
        definition.plan.with_stand_ins() if out else definition.plan,
        findings,
        nowcasts=_nowcasts(cube, definition, max(seen, chosen[-1].end)) if out else None,
        model=f"{model} {name}",
        timezone=monitor.windows.timezone,
    )


def _nowcasts(cube: Cube, definition: Definition, now: int) -> Nowcasts | None:
    """Return what is expected of windows whose labels are out, None where nothing tells when labels come."""
    delays, reference = definition.delays, definition.baseline.cube
    if delays is None:
        return None
    declared = micros(definition.monitor.windows.label_delay)
    return Nowcasts(aged(cube, delays, now), reference, definition.layout, delays, declared)


def nulls(plain: Any) -> Any:
    """Return plain values with nan and infinities as None, which JSON has not."""
    if isinstance(plain, dict):
        return {key: nulls(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [nulls(value) for value in plain]
    return None if isinstance(plain, float) and not np.isfinite(plain) else plain
