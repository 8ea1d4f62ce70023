"""What people do about incidents on pages: transitions, each with its line in the audit log."""

from __future__ import annotations

from vedette.alerts.incident import Event, Incident
from vedette.errors import StateError
from vedette.server.api.desk import Desk
from vedette.server.pages.incident import Deed
from vedette.server.pages.parts import Notice
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.store import accounts, audit, incidents, models
from vedette.store.database import Transaction

HOUR = 3_600_000_000
#: Hours that a mute lasts at most: a year.
LONGEST = 24 * 366


def actor(visit: Visit) -> str:
    """Return who does something: on a server without accounts it is whoever sits at the machine."""
    return visit.user or "local"


def handle(desk: Desk, visit: Visit, number: int, deed: Deed, value: str) -> Notice:
    """Do something about an incident; what its state does not allow is said, and changes nothing."""
    with desk.database.write() as tx:
        stored = incidents.get(tx, number)
        known = models.get(tx, stored.model) if stored else None
        if stored is None or known is None or not visit.sees(known.project):
            return Notice("act", say(visit.lang, "notice.no_incident"))
        wrong = _wrong(tx, deed, value)
        if wrong:
            return Notice("act", say(visit.lang, wrong))
        try:
            done = _after(stored.incident, actor(visit), desk.clock(), deed, value)
        except StateError:
            word = say(visit.lang, f"state.{stored.incident.state}")
            return Notice("act", say(visit.lang, "notice.not_now", state=word))
        _write(tx, desk, visit, done, number, deed, value)
    return Notice("ok", say(visit.lang, f"notice.{deed}"))


def acknowledge_all(desk: Desk, visit: Visit, name: str) -> Notice:
    """Acknowledge every open incident of a model."""
    with desk.database.write() as tx:
        known = models.get(tx, name)
        if known is None or not visit.sees(known.project):
            return Notice("act", say(visit.lang, "notice.no_model"))
        standing = incidents.listing(tx, model=name, states=("open",))
        for stored in standing:
            done = stored.incident.acknowledge(actor(visit), desk.clock())
            _write(tx, desk, visit, done, stored.number, "acknowledge", "")
    return Notice("ok", say(visit.lang, "notice.acknowledged", n=len(standing)))


def _wrong(tx: Transaction, deed: Deed, value: str) -> str:
    """Return the key of what is wrong with the value of a deed; empty where it is right."""
    if deed == "mute" and _hours(value) is None:
        return "notice.bad_hours"
    if deed == "comment" and not value.strip():
        return "notice.no_comment"
    if deed == "own" and value and accounts.any_user(tx) and accounts.user_by_login(tx, value) is None:
        return "notice.no_user"
    return ""


def _hours(value: str) -> float | None:
    try:
        hours = float(value)
    except ValueError:
        return None
    return hours if 0 < hours <= LONGEST else None


def _after(one: Incident, who: str, at: int, deed: Deed, value: str) -> Incident:
    match deed:
        case "acknowledge":
            return one.acknowledge(who, at)
        case "mute":
            return one.mute(who, at, until=at + round((_hours(value) or 0) * HOUR))
        case "unmute":
            return one.unmute(who, at)
        case "resolve":
            return one.resolve(who, at)
        case "reopen":
            return one.happened(Event(at=at, who=who, kind="reopen"))
        case "own":
            return one.assign(who, at, value.strip())
        case "comment":
            return one.comment(who, at, value.strip())


def _write(
    tx: Transaction, desk: Desk, visit: Visit, done: Incident, number: int, deed: Deed, value: str
) -> None:
    incidents.put(tx, done)
    details = {"model": done.model, "value": value[:200]} if value else {"model": done.model}
    subject = f"incident {number}"
    audit.append(
        tx, f"incident.{deed}", at=desk.clock(), actor=actor(visit), subject=subject, details=details
    )
