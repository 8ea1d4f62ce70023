"""Charts of a period from stored series: performance, what happened, drift."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.metrics.base import Metric
from vedette.numerals import number
from vedette.server.pages import addresses
from vedette.server.pages.wording import say
from vedette.server.showing import numbers
from vedette.server.showing.spans import Period
from vedette.store.database import Transaction
from vedette.store.incidents import StoredIncident
from vedette.store.models import Deploy
from vedette.store.series import Series as Stored
from vedette.values import REASONS, Estimate, Estimates
from vedette.views.heatmap import Heatmap
from vedette.views.lanes import Lanes, Span
from vedette.views.series import Marker, Series
from vedette.views.words import Lang

#: What an estimate is kept as.
FIELDS = ("value", "low", "high", "n", "p", "reason")
#: The metric of the drift map.
DRIFT = "psi"
#: Estimates without labels are metrics of their own, named after what they estimate.
ESTIMATED = "estimated_"


def performance(
    tx: Transaction,
    period: Period,
    metric: Metric,
    reference: Estimate | None,
    incidents: Sequence[StoredIncident],
    lang: Lang,
) -> Series:
    """Return a metric of the whole model over the period, dashed where it was estimated without labels."""
    names = (metric.key, ESTIMATED + metric.key)
    read = numbers.read(tx, period.model, period.version, names, period.start, fields=FIELDS)
    real = _estimates(read.get(metric.key), period)
    guessed = _estimates(read.get(ESTIMATED + metric.key), period)
    dashed = (real.reason >= 0) & (guessed.reason < 0)
    shown = Estimates(
        *(np.where(dashed, getattr(guessed, f), getattr(real, f)) for f in Estimates.__struct_fields__)
    )
    marks = [i for i in incidents if i.incident.lead.metric == metric.key]
    return Series(
        title=_moved(metric, shown, reference, lang),
        name=metric.titled(lang),
        timeline=period.timeline,
        estimates=shown,
        estimated=dashed if dashed.any() else None,
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
    found = _estimates(read[metric.key], period, column)
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
        deploys=tuple(
            Marker(period.position(d.at), say(lang, "model.deploy", version=d.version)) for d in marks
        ),
    )


def drift(
    tx: Transaction, period: Period, columns: Sequence[str], incidents: Sequence[StoredIncident], lang: Lang
) -> Heatmap | None:
    """Return the drift of every column over the period; a dot where an incident says that it was no chance."""
    read = numbers.read(tx, period.model, period.version, [DRIFT], period.start)
    if DRIFT not in read or not period.windows:
        return None
    found = read[DRIFT]
    places = [i for i, (c, value) in enumerate(found.places) if c in set(columns) and not value]
    if not places:
        return None
    rows = np.searchsorted(period.starts, found.windows)
    kept = (rows < len(period.windows)) & np.isin(found.windows, period.starts)
    effect = np.full((len(places), len(period.windows)), np.nan)
    effect[:, rows[kept]] = found.fields["value"][kept][:, places].T
    names = tuple(found.places[i][0] for i in places)
    passed = np.stack([blamed(name, incidents, period) for name in names])
    strongest = names[int(np.argmax(np.nan_to_num(effect, nan=-np.inf).max(1)))]
    return Heatmap(
        title=say(lang, "model.drift", column=strongest) if passed.any() else say(lang, "model.no_drift"),
        name="PSI",
        features=names,
        timeline=period.timeline,
        effect=effect,
        passed=passed,
        links=tuple(addresses.feature(period.model, name) for name in names),
    )


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


def _estimates(found: Stored | None, period: Period, column: str = "", value: str = "") -> Estimates:
    """Return one place of a series on the windows of the period; a window it lacks has no evidence."""
    count = len(period.windows)
    nothing = Estimates.none(np.zeros(count), "insufficient")
    if found is None or (column, value) not in found.places or not count:
        return nothing
    place = found.places.index((column, value))
    rows = np.searchsorted(period.starts, found.windows)
    kept = (rows < count) & np.isin(found.windows, period.starts)
    made = {name: np.array(getattr(nothing, name)) for name in FIELDS}
    for name in FIELDS:
        made[name][rows[kept]] = found.fields[name][kept, place]
    made["reason"] = np.where(
        np.isnan(made["value"]) & (made["reason"] < 0), REASONS.index("insufficient"), made["reason"]
    )
    return msgspec.structs.replace(nothing, **{**made, "reason": made["reason"].astype(np.int8)})


def _moved(metric: Metric, found: Estimates, reference: Estimate | None, lang: Lang) -> str:
    """Return the finding of a line in words: from the reference to the newest value."""
    known = np.flatnonzero(found.reason < 0)
    title = metric.titled(lang)
    title = title[:1].upper() + title[1:]  # it begins the sentence
    if not len(known):
        return say(lang, "model.no_numbers", metric=title)
    now = float(found.value[known[-1]])
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
