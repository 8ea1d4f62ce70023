"""One window on: findings meet the incidents that stand, and what is worth telling is told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.alerts.explanation import Explanation
from vedette.alerts.following import GATHERING, absorbed, known_first, lasting, match
from vedette.alerts.grouping import Case, about_all, grouped, identity, is_alarm, merged
from vedette.alerts.incident import SYSTEM, Event, Incident, opened
from vedette.alerts.mute import Mute
from vedette.alerts.policy import RANK, Policy
from vedette.alerts.spans import micros
from vedette.values import Finding, Window

News = Literal["opened", "worsened", "reopened", "recovered", "reminder", "digest"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be told: about one incident, or (a digest) about several.

    Attributes
    ----------
    kind : {"opened", "worsened", "reopened", "recovered", "reminder", "digest"}
    at : int
    incidents : tuple of Incident
        As they stood then.
    """

    kind: News
    at: int
    incidents: tuple[Incident, ...]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at: a window of a version of a model, at a time.

    Attributes
    ----------
    window : Window
    now : int
        Microseconds since the epoch (UTC).
    model, version : str
    planned : bool
        Whether a calendar says that nothing is to be told in this window.
    """

    window: Window
    now: int
    model: str = "model"
    version: str = ""
    planned: bool = False


def advance(
    standing: Sequence[Incident],
    findings: Sequence[Finding],
    moment: Moment,
    policy: Policy,
    *,
    explanations: Sequence[Explanation] = (),
    mutes: Sequence[Mute] = (),
    outputs: Collection[str] = (),
) -> tuple[tuple[Incident, ...], tuple[Notice, ...]]:
    """Return the incidents after a window, and what is to be told.

    A window may be looked at again (late rows, a restart): the same findings then change nothing and tell nothing.

    Parameters
    ----------
    standing : sequence of Incident
        Those not resolved, and those resolved within the cooldown; more do no harm.
    findings : sequence of Finding
        Those that hold in the window.
    outputs : collection of str
        Columns that the model writes: what they do and its performance are one thing.
    """
    told: list[Notice] = []
    incidents = [one if moment.planned else _heard(one, moment.now) for one in standing]
    woken = {one.id for one, before in zip(incidents, standing, strict=True) if one is not before}
    live = [one for one in incidents if one.version == moment.version]
    for case in grouped(findings, known_first(live, explanations, moment.window, outputs), outputs):
        able = [one.version == moment.version and not _over(one, moment.now, policy) for one in incidents]
        place = match(incidents, case, able, moment.window, outputs)
        muted = moment.planned or _muted(case, moment.now, mutes)
        if place is None:
            incidents.append(_open(case, moment, policy, told, muted=muted, mutes=mutes))
            continue
        incidents, whole = absorbed(incidents, place, case, able, moment.window, outputs, moment.now)
        incidents[place] = _again(incidents[place], whole, moment, policy, [] if muted else told)
        if incidents[place].id in woken and not muted:
            _tell(told, "opened", incidents[place], moment.now, policy)
    seen = about_all(findings, outputs)
    incidents = [
        one if about_all(lasting(one, moment.window), outputs) & seen else _quiet(one, moment, policy, told)
        for one in incidents
    ]
    if moment.planned:
        return tuple(incidents), ()
    return tuple(_reminded(one, moment.now, policy, told) for one in incidents), tuple(told)


def history(
    findings: Sequence[Finding],
    windows: Sequence[Window],
    policy: Policy,
    *,
    model: str = "model",
    version: str = "",
    found: Sequence[Window | None] | None = None,
    explain: Callable[[Window], Sequence[Explanation]] = lambda _: (),
    mutes: Sequence[Mute] = (),
    planned: Sequence[bool] | None = None,
    outputs: Collection[str] = (),
) -> tuple[tuple[Incident, ...], tuple[Notice, ...]]:
    """Return the incidents of a replayed history, in the order they opened, and what would have been told.

    Each window counts as looked at when it ends.

    Parameters
    ----------
    found : sequence of Window, optional
        For each finding the window in which it was known, where that is later than its onset.
    explain : function
        Explanations of what held in a window, ranked.
    planned : sequence of bool, optional
        Windows in which nothing is to be told.
    outputs : collection of str
        Columns that the model writes.
    """
    first, last = _spans(findings, found or [None] * len(findings))
    live: tuple[Incident, ...] = ()
    past: list[Incident] = []
    told: list[Notice] = []
    for i, window in enumerate(windows):
        held = [
            findings[k] for k in np.flatnonzero((first <= window.start) & (window.start <= last)).tolist()
        ]
        if not held and not live:
            continue
        quiet = planned is not None and bool(planned[i])
        moment = Moment(window=window, now=window.end, model=model, version=version, planned=quiet)
        after, notices = advance(
            live, held, moment, policy, explanations=explain(window), mutes=mutes, outputs=outputs
        )
        told += notices
        live = tuple(one for one in after if not _over(one, window.end, policy))
        past += [one for one in after if _over(one, window.end, policy)]
    return tuple(sorted((*past, *live), key=lambda one: (one.opened.start, one.id))), tuple(told)


def _spans(
    findings: Sequence[Finding], found: Sequence[Window | None]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where each finding is known and holds, first and last start of a window; always, where it has none."""
    always = np.iinfo(np.int64)
    known = [w or f.window for f, w in zip(findings, found, strict=True)]
    ends = [f.until or f.window for f in findings]
    return (
        np.array([always.min if w is None else w.start for w in known], np.int64),
        np.array([always.max if w is None else w.start for w in ends], np.int64),
    )


def digest(incidents: Sequence[Incident], since: int, until: int, policy: Policy) -> Notice | None:
    """Return what happened between two times to incidents that are not told at once; None when nothing did.

    The caller keeps the clock: it asks every `policy.digest`.
    """
    later = [
        one
        for one in incidents
        if policy.tells(one.level)
        and not policy.at_once(one.level)
        and one.state != "muted"
        and any(since < e.at <= until and e.kind in _NEWS for e in one.events)
    ]
    return Notice(kind="digest", at=until, incidents=tuple(later)) if later else None


_NEWS = ("open", "worsen", "reopen", "recover")


def _tell(told: list[Notice], kind: News, incident: Incident, now: int, policy: Policy) -> None:
    if policy.at_once(incident.level) and incident.state != "muted":
        told.append(Notice(kind=kind, at=now, incidents=(incident,)))


def _heard(incident: Incident, now: int) -> Incident:
    """Return the incident with a mute that has run out taken away; if it still stands it is told then."""
    over = incident.muted_until is not None and now >= incident.muted_until
    return incident.unmute(SYSTEM, now) if over and incident.state == "muted" else incident


def _over(incident: Incident, now: int, policy: Policy) -> bool:
    """Tell whether an incident is closed for longer than the cooldown."""
    return incident.closed is not None and now - incident.closed > micros(policy.cooldown)


def _open(
    case: Case, moment: Moment, policy: Policy, told: list[Notice], *, muted: bool, mutes: Sequence[Mute]
) -> Incident:
    onsets = [f.window for f in case.findings if f.window is not None]
    event = Event(
        at=moment.now,
        who=SYSTEM,
        kind="open",
        text=case.findings[0].message,
        level=case.level,
        since=min(onsets, key=lambda w: w.start, default=moment.window),
        last=moment.window,
        through=moment.window,
        findings=case.findings,
        explanation=case.explanation,
    )
    incident = opened(moment.model, moment.version, case.cause, event)
    if muted:
        return incident.mute(SYSTEM, moment.now, until=_end(case, moment, mutes))
    _tell(told, "opened", incident, moment.now, policy)
    return incident


def _muted(case: Case, now: int, mutes: Sequence[Mute]) -> bool:
    return all(any(m.silences(f, now, case.cause) for m in mutes) for f in case.findings)


def _end(case: Case, moment: Moment, mutes: Sequence[Mute]) -> int | None:
    """Return when the mutes of a case end: the first of them, or a planned window."""
    agree = [m for m in mutes if any(m.silences(f, moment.now, case.cause) for f in case.findings)]
    if moment.planned or not agree:
        return max(moment.window.end, moment.now + 1)
    return min((m.end for m in agree if m.end is not None), default=None)


def _again(incident: Incident, case: Case, moment: Moment, policy: Policy, told: list[Notice]) -> Incident:
    """Return an incident whose trouble was found in this window too."""
    worse = RANK[case.level] > RANK[incident.level]
    findings = merged(incident.findings, case.findings)
    if incident.state == "resolved":
        return _reopened(incident, case, findings, moment, policy, told, worse=worse)
    facts = {"findings": findings, "explanation": case.explanation or incident.explanation}
    known = {identity(f) for f in incident.findings}
    new = [f for f in case.findings if identity(f) not in known]
    if new:
        event = Event(at=moment.now, who=SYSTEM, kind="grow", text=new[0].message, **facts)  # type: ignore[arg-type]
        incident = incident.happened(event)
    if worse:
        event = Event(
            at=moment.now, who=SYSTEM, kind="worsen", level=case.level, text=case.findings[0].message
        )
        incident = incident.happened(event)
        _tell(told, "worsened", incident, moment.now, policy)
    return _pulse(incident, moment, findings, case.explanation or incident.explanation)


def _pulse(
    incident: Incident, moment: Moment, findings: tuple[Finding, ...], explanation: Explanation | None
) -> Incident:
    later = moment.window.start >= incident.last.start
    last = moment.window if later else incident.last
    through = max(incident.through, moment.window, key=lambda w: w.start)
    same = (last, through, findings, explanation) == (
        incident.last,
        incident.through,
        incident.findings,
        incident.explanation,
    )
    if same and incident.quiet == 0:
        return incident
    return incident.happened(
        Event(
            at=moment.now,
            who=SYSTEM,
            kind="pulse",
            last=last,
            through=through,
            findings=findings,
            explanation=explanation,
        )
    )


def _reopened(
    incident: Incident,
    case: Case,
    findings: tuple[Finding, ...],
    moment: Moment,
    policy: Policy,
    told: list[Notice],
    *,
    worse: bool,
) -> Incident:
    """Return a closed incident, opened again when it came back.

    What a person closed stays closed while the same trouble merely goes on: only a new onset, or a graver level,
    opens it.
    """
    onsets = [f.window.start for f in case.findings if f.window is not None]
    anew = min(onsets, default=moment.window.start) > incident.last.start
    by_person = next(e.who for e in reversed(incident.events) if e.kind in ("resolve", "recover")) != SYSTEM
    if moment.window.start <= incident.through.start or (by_person and not (anew or worse)):
        return incident
    incident = incident.happened(
        Event(
            at=moment.now,
            who=SYSTEM,
            kind="reopen",
            text=case.findings[0].message,
            level=case.level if worse else incident.level,
            last=moment.window,
            through=moment.window,
            findings=findings,
            explanation=case.explanation or incident.explanation,
        )
    )
    _tell(told, "reopened", incident, moment.now, policy)
    return incident


def _quiet(incident: Incident, moment: Moment, policy: Policy, told: list[Notice]) -> Incident:
    """Return an incident of which this window shows nothing."""
    if incident.state == "resolved" or incident.version != moment.version:
        return incident
    if moment.window.start <= incident.through.start:
        return incident
    quiet = incident.quiet + 1
    incident = incident.happened(
        Event(
            at=moment.now,
            who=SYSTEM,
            kind="pulse",
            last=incident.last,
            through=moment.window,
            quiet=quiet,
            findings=incident.findings,  # it may replace a pulse that brought them
            explanation=incident.explanation,
        )
    )
    if quiet < _patience(incident, policy):
        return incident
    muted = incident.state == "muted"
    incident = incident.happened(Event(at=moment.now, who=SYSTEM, kind="recover"))
    if not muted:
        _tell(told, "recovered", incident, moment.now, policy)
    return incident


def _patience(incident: Incident, policy: Policy) -> int:
    """Return the quiet windows after which an incident is over."""
    gathered = any(is_alarm(f) for f in incident.findings)
    return max(policy.recover_after, GATHERING if gathered else 0)


def _reminded(incident: Incident, now: int, policy: Policy, told: list[Notice]) -> Incident:
    every = micros(policy.remind_every)
    if not every or incident.state != "open" or incident.quiet or now - incident.told < every:
        return incident
    if not policy.at_once(incident.level):
        return incident
    incident = incident.happened(Event(at=now, who=SYSTEM, kind="remind"))
    _tell(told, "reminder", incident, now, policy)
    return incident
