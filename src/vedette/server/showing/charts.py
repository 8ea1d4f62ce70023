"""Charts of a period from stored series: performance, what happened, drift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vedette.metrics.base import Metric
from vedette.numerals import number
from vedette.server.pages import addresses
from vedette.server.pages.wording import say
from vedette.server.showing import numbers
from vedette.server.showing.spans import Period
from vedette.server.showing.told import FIELDS, Told, estimates_on, settled, told_of
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.store.models import Deploy
from vedette.store.series import Series as Stored
from vedette.values import Estimate, Estimates
from vedette.views.heatmap import Heatmap
from vedette.views.lanes import Lanes, Span
from vedette.views.series import Marker, Series, Waiting
from vedette.views.words import Lang

#: A window with less than this part of the usual rows is not what a title is about.
FEW = 0.2
#: The metric of the drift map.
DRIFT = "psi"


def performance(
    tx: Transaction,
    period: Period,
    metric: Metric,
    reference: Estimate | None,
    incidents: Sequence[StoredIncident],
    lang: Lang,
) -> Series:
    """Return a metric of the whole model over the period: by labels, expected of them, or estimated without."""
    told = told_of(tx, period, metric)
    shown = told.estimates
    marks = [i for i in incidents if i.incident.lead.metric == metric.key]
    return Series(
        title=_so_far(metric, told, reference, lang),
        name=metric.titled(lang),
        timeline=period.timeline,
        estimates=shown,
        estimated=told.estimated if told.estimated.any() else None,
        waiting=Waiting(told.waiting, told.by) if told.waiting.any() else None,
        first=told.first,
        unit=metric.unit,
        range=(metric.range[0], metric.range[1]),
        reference=reference,
        coverage=np.array([w.labelled / w.rows if w.rows else 0.0 for w in period.windows]),
        markers=tuple(Marker(period.position(i.since), f"#{i.number}", i.incident.level) for i in marks),
    )


def column_line(
    tx: Transaction, period: Period, metric: Metric, column: str, reference: Estimate | None, lang: Lang
) -> Series | None:
    """Return a metric of one column over the period, None where it was never computed."""
    read = numbers.read(tx, period.model, period.version, [metric.key], period.start, fields=FIELDS)
    if metric.key not in read or (column, "") not in read[metric.key].places:
        return None
    found = estimates_on(read[metric.key], period, column)
    return Series(
        title=_moved(metric, found, reference, lang),
        name=metric.titled(lang),
        timeline=period.timeline,
        estimates=found,
        unit=metric.unit,
        range=(metric.range[0], metric.range[1]),
        reference=reference,
    )


def lanes(
    period: Period, incidents: Sequence[StoredIncident], deploys: Sequence[Deploy], lang: Lang
) -> Lanes | None:
    """Return incidents, deploys and volume of the period."""
    if not period.windows:
        return None
    first, last = period.windows[0].start, period.windows[-1].end
    seen = [i for i in incidents if i.last >= first and i.since < last]
    spans = tuple(
        Span(
            period.position(max(i.since, first)),
            period.position(min(max(i.incident.last.end, i.since + 1), last)),
            f"#{i.number} {i.incident.lead.in_words(lang)}",
            i.incident.level,
        )
        for i in seen
    )
    marks = [d for d in deploys if first <= d.at < last]
    return Lanes(
        title=say(
            lang,
            "model.lanes",
            incidents=say(lang, "model.lane_incidents", n=len(spans)),
            deploys=say(lang, "model.lane_deploys", n=len(marks)),
        ),
        timeline=period.timeline,
        volume=np.array([w.rows for w in period.windows], float),
        incidents=spans,
        deploys=tuple(Marker(period.position(d.at), _deployed(d, lang)) for d in marks),
    )


def _deployed(deploy: Deploy, lang: Lang) -> str:
    """Return what a deploy was: of a version, of something else, or both."""
    version = say(lang, "model.deploy", version=deploy.version) if deploy.version else ""
    return " · ".join(part for part in (version, deploy.note) if part) or say(
        lang, "model.deploy_of_something"
    )


def drift(
    tx: Transaction,
    period: Period,
    columns: Sequence[str],
    labels: Sequence[str],
    incidents: Sequence[StoredIncident],
    lang: Lang,
) -> Heatmap | None:
    """Return the drift of every column over the period; a dot where an incident says that it was no chance."""
    read = numbers.read(tx, period.model, period.version, [DRIFT], period.start)
    if DRIFT not in read or not period.windows:
        return None
    found = read[DRIFT]
    places = [i for i, (c, value) in enumerate(found.places) if c in set(columns) and not value]
    if not places:
        return None
    effect = _effect(found, places, period)
    names = tuple(found.places[i][0] for i in places)
    # What some labels show of a window is not what all of them will.
    effect[np.ix_(np.isin(names, labels), ~settled(tx, period))] = np.nan
    passed = np.stack([blamed(name, incidents, period) for name in names])
    strongest = names[int(np.argmax(np.nan_to_num(np.fmax.reduce(effect, axis=1), nan=-np.inf)))]
    return Heatmap(
        title=say(lang, "model.drift", column=strongest) if passed.any() else say(lang, "model.no_drift"),
        name="PSI",
        features=names,
        timeline=period.timeline,
        effect=effect,
        passed=passed,
        links=tuple(addresses.feature(period.model, name) for name in names),
    )


def _effect(found: Stored, places: Sequence[int], period: Period) -> npt.NDArray[np.float64]:
    """Return some places of a series on the windows of the period, nan where it lacks one, shape (k, w)."""
    values = found.fields["value"][:, places]
    if np.array_equal(found.windows, period.starts):  # most often: megabytes need no copy
        return np.ascontiguousarray(values.T)
    rows = np.searchsorted(period.starts, found.windows)
    kept = (rows < len(period.windows)) & np.isin(found.windows, period.starts)
    effect = np.full((len(places), len(period.windows)), np.nan)
    effect[:, rows[kept]] = values[kept].T
    return effect


def blamed(column: str, incidents: Sequence[StoredIncident], period: Period) -> npt.NDArray[np.bool_]:
    """Return in which windows of the period an incident names the column, shape (w,)."""
    marked = np.zeros(len(period.windows), bool)
    for stored in incidents:
        for finding in stored.incident.findings:
            if finding.column == column:
                since = finding.window.start if finding.window else stored.since
                until = finding.until.start if finding.until else stored.last
                marked |= (period.starts >= since) & (period.starts <= until)
    return marked


def _so_far(metric: Metric, told: Told, reference: Estimate | None, lang: Lang) -> str:
    """Return the finding of a line in words: by the newest window that is settled, then what is expected by now."""
    last = told.last()
    if last is None or told.how(last) == "settled":
        return _moved(metric, told.estimates, reference, lang)
    now = number(float(told.estimates.value[last]), metric.unit)
    newest = say(lang, f"how_{told.how(last)}")
    if not told.settled.any():
        return say(lang, "model.only_expected", metric=_first(metric.titled(lang)), how=newest, now=now)
    known = _moved(metric, told.among_settled(), reference, lang)
    return say(lang, "model.and_expected", known=known, how=newest, now=now)


def _first(title: str) -> str:
    return title[:1].upper() + title[1:]  # it begins the sentence


def _moved(metric: Metric, found: Estimates, reference: Estimate | None, lang: Lang) -> str:
    """Return the finding of a line in words: from the reference to the newest value."""
    known = np.flatnonzero(found.reason < 0)
    title = _first(metric.titled(lang))
    if not len(known):
        return say(lang, "model.no_numbers", metric=title)
    # A day that has just begun says little.
    usual = known[found.n[known] >= FEW * float(np.median(found.n[known]))]
    now = float(found.value[usual[-1]])
    if reference is None or reference.value is None:
        return say(lang, "model.is_now", metric=title, now=number(now, metric.unit))
    then = number(reference.value, metric.unit)
    key = (
        "model.held"
        if number(now, metric.unit) == then
        else "model.rose"
        if now > reference.value
        else "model.fell"
    )
    return say(lang, key, metric=title, then=then, now=number(now, metric.unit))
