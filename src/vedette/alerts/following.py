"""Which standing incident a case belongs to, and which other one only showed the same trouble earlier."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from vedette.alerts.explanation import Explanation, distinct
from vedette.alerts.grouping import Case, about_all, identity, merged
from vedette.alerts.incident import SYSTEM, Incident
from vedette.values import Finding, Window

#: Evidence begins anew after each alarm: what still lies elsewhere may take so many windows to show it again. What
#: was not seen for longer is over, and what comes then is another trouble.
GATHERING = 14


def lasting(incident: Incident, window: Window) -> list[Finding]:
    """Return the findings of an incident that may still hold in a window, or did until shortly before."""
    since = _of_late(window)
    ends = [f.until or f.window for f in incident.findings]
    return [f for f, end in zip(incident.findings, ends, strict=True) if end is None or end.start >= since]


def standing(incident: Incident, window: Window, outputs: Collection[str]) -> Explanation | None:
    """Return an incident's explanation as far as it may hold in a window.

    What a cause does to the model shows soon, or goes on: a model that falls long after is another trouble.
    """
    told = incident.explanation
    if told is None or not told.performance or incident.state == "resolved":
        return told
    begun = incident.since.start >= _of_late(window)
    if begun or "model" in about_all(lasting(incident, window), outputs):
        return told
    return msgspec.structs.replace(told, performance=False)


def known_first(
    incidents: Sequence[Incident],
    explanations: Sequence[Explanation],
    window: Window,
    outputs: Collection[str] = (),
) -> list[Explanation]:
    """Return explanations of a window with those before them that standing incidents have of faults of the data.

    A fault that was found stays one while it lasts, also when something else moves later and hides it; the newer words
    of the same fault replace the older ones.
    """
    fresh = {one.key: one for one in reversed(explanations)}
    known = [standing(one, window, outputs) for one in incidents if one.state != "resolved"]
    faults = [one for one in known if one is not None and one.fault]
    newest = [fresh.get(one.key, one) for one in faults]
    kept = [
        new if new.performance or not old.performance else old
        for old, new in zip(faults, newest, strict=True)
    ]
    return distinct([*kept, *explanations])


def match(
    incidents: Sequence[Incident],
    case: Case,
    able: Sequence[bool],
    window: Window,
    outputs: Collection[str] = (),
) -> int | None:
    """Return the place of the incident that a case belongs to: of the same cause, else with most in common.

    An incident is about what its findings are about and what its explanation accounts for, so that what follows from a
    cause joins it windows later. Two explanations alone have nothing in common: one side must have been seen.

    Parameters
    ----------
    able : sequence of bool
        Whether an incident may be matched at all.
    window : Window
        In which the case is seen: what an incident was about long before is over.
    """
    named = case.explanation is not None and bool(case.explanation.columns)
    found = [
        (
            one.state != "resolved",
            one.cause == case.cause,
            named and not _is_symptom(one, outputs),
            shared,
            -place,
        )
        for place, one in enumerate(incidents)
        if able[place] and (shared := _shared(one, case, window, outputs))
    ]
    return -max(found)[-1] if found else None


def absorbed(
    incidents: Sequence[Incident],
    place: int,
    case: Case,
    able: Sequence[bool],
    window: Window,
    outputs: Collection[str],
    now: int,
) -> tuple[list[Incident], Case]:
    """Return the incidents with those ended that only showed what the case explains, and the case with their findings.

    The model's answers may fall before the column that moves them raises its alarm; once a cause explains both, the
    incident of the column goes on and that of the answers is part of it. So is that of another column which the very
    fault names (two that changed places); one about a column that only moved along never ends so.
    """
    keeper, after = incidents[place], list(incidents)
    if case.explanation is None or keeper.state == "resolved" or _is_symptom(keeper, outputs):
        return after, case
    findings, why = case.findings, case.explanation
    named = why.subjects if why.fault else frozenset[str]()
    for i, one in enumerate(incidents):
        live = i != place and able[i] and one.state != "resolved"
        if live and _is_symptom(one, outputs, named) and _shared(one, case, window, outputs):
            after[i] = one.resolve(SYSTEM, now, f"Part of {keeper.id}: {keeper.cause}")
            findings = merged(one.findings, findings)
    return after, msgspec.structs.replace(case, findings=findings)


def _of_late(window: Window) -> int:
    """Return the start of the first window that is not long before one."""
    return window.start - GATHERING * (window.end - window.start)


def _is_symptom(incident: Incident, outputs: Collection[str], named: frozenset[str] = frozenset()) -> bool:
    """Tell whether an incident is about nothing but what the model answers, and what a fault names."""
    answers = {"model", *(f"column:{name}" for name in outputs)}
    return about_all(incident.findings, outputs) <= answers | named


def _shared(incident: Incident, case: Case, window: Window, outputs: Collection[str]) -> int:
    """Return how many things that a case and an incident are about, seen in one of the two at least.

    Of what is over, only the very same finding comes back: slow drift may take long to show again.
    """
    again = {identity(f) for f in case.findings} if incident.state == "resolved" else set()
    held = [*lasting(incident, window), *(f for f in incident.findings if identity(f) in again)]
    seen, now = about_all(held, outputs), about_all(case.findings, outputs)
    why = standing(incident, window, outputs)
    told = why.subjects if why else frozenset[str]()
    said = case.explanation.subjects if case.explanation else frozenset[str]()
    return len((seen & now) | (seen & said) | (told & now))
