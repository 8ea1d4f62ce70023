"""Findings of a window meet the incidents that stand: what opens, goes on or is over is written, and told."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from vedette.alerts.advance import Moment, Notice, advance
from vedette.alerts.calendar import covered
from vedette.alerts.explanation import Explanation
from vedette.alerts.policy import Policy
from vedette.alerts.spans import micros
from vedette.monitor import Monitor
from vedette.store import incidents
from vedette.store.database import Transaction
from vedette.values import Finding, Window


class Looked(msgspec.Struct, frozen=True):
    """What was seen when a window was looked at."""

    window: Window
    findings: Sequence[Finding]
    explanations: Sequence[Explanation] = ()


def meet(
    tx: Transaction, model: str, version: str, looked: Sequence[Looked], monitor: Monitor, *, now: int
) -> list[Notice]:
    """Write the incidents after some windows, in their order; what is to be told."""
    if not looked:
        return []
    policy: Policy = monitor.alerts
    outputs = monitor.schema.outputs
    mutes = [*monitor.mutes, *(m.mute for m in incidents.mutes_of(tx, model))]
    quiet = covered(monitor.calendar, [one.window for one in looked], monitor.windows.timezone, "mute")
    planned = incidents.downtimes_of(tx, model, after=looked[0].window.start)
    recent = incidents.standing(tx, model, version, resolved_after=now - micros(policy.cooldown))
    before = tuple(stored.incident for stored in recent)
    standing = before
    told: list[Notice] = []
    for one, muted in zip(looked, quiet, strict=True):
        moment = Moment(
            window=one.window,
            now=now,
            model=model,
            version=version,
            planned=bool(muted)
            or any(d.start < one.window.end and d.end > one.window.start for d in planned),
        )
        standing, notices = advance(
            standing,
            one.findings,
            moment,
            policy,
            explanations=one.explanations,
            mutes=mutes,
            outputs=outputs,
        )
        told += notices
    known = set(map(id, before))
    for incident in standing:
        if id(incident) not in known:
            incidents.put(tx, incident)
    return told


def excluded(monitor: Monitor, windows: Sequence[Window]) -> list[bool]:
    """Return which windows the calendar says that nothing is to be concluded of."""
    return [bool(one) for one in covered(monitor.calendar, list(windows), monitor.windows.timezone)]
