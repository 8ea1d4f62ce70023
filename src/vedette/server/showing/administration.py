"""What administrators change on the settings page: people, keys, places that messages go to."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from vedette import registry
from vedette.errors import ConfigError, VedetteError
from vedette.server.access import keys, people
from vedette.server.access.first_user import make_first
from vedette.server.delivery.carrier import carry
from vedette.server.delivery.compose import trial
from vedette.server.delivery.sinks import PREFIX, made
from vedette.server.pages.parts import Notice
from vedette.server.pages.visit import Visit
from vedette.server.pages.wording import say
from vedette.server.showing.feeding import failed
from vedette.server.showing.handling import actor
from vedette.server.station import Station
from vedette.store import accounts, audit, settings
from vedette.store.accounts import Role, Scope
from vedette.store.models import DEFAULT_PROJECT

DAY = 86_400_000_000
#: What a key of each word of the page may do.
SCOPES: dict[str, tuple[Scope, ...]] = {
    "write": ("ingest",),
    "read": ("read",),
    "admin": ("ingest", "read", "write", "admin"),
}
_NAME = re.compile(r"[\w .@-]{1,100}")


def setting(station: Station, visit: Visit, what: str, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Change a setting; the second text is a secret to show once."""
    deeds = {
        "add-user": add_user,
        "remove-user": remove_user,
        "add-key": add_key,
        "revoke-key": revoke_key,
        "add-sink": add_sink,
        "remove-sink": remove_sink,
        "test-sink": test_sink,
    }
    try:
        return deeds[what](station, visit, values)
    except VedetteError as error:
        return failed(visit, error), ""


def add_user(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Make a user; the first one is an administrator, and from then on everybody must sign in."""
    name, password = values.get("name", "").strip(), values.get("password", "")
    wanted = values.get("role", "")
    role: Role = "admin" if wanted == "admin" else "editor" if wanted == "editor" else "viewer"
    who, at = actor(visit), station.desk.clock()
    if station.gate.open:
        if role != "admin":
            return Notice("act", say(visit.lang, "notice.first_admin")), ""
        make_first(station.gate, "", name, password)
        return Notice("ok", say(visit.lang, "notice.first_user", name=name)), ""
    with station.database.read() as tx:
        old = accounts.user_by_login(tx, name)
    roles: dict[str, Role] | None = None if role == "admin" else {DEFAULT_PROJECT: role}
    if old is None or not old.disabled:
        people.add(station.database, name, password, actor=who, at=at, admin=role == "admin", roles=roles)
    else:  # somebody comes back: with a new password, and with what they may do now
        people.set_password(station.database, old.id, password, actor=who, at=at)
        people.set_role(
            station.database, old.id, DEFAULT_PROJECT, None if role == "admin" else role, actor=who, at=at
        )
        people.change(station.database, old.id, actor=who, at=at, admin=role == "admin", disabled=False)
    return Notice("ok", say(visit.lang, "notice.user_added", name=name)), ""


def remove_user(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Let a user in no more; what they did stays under their name."""
    name = values.get("key", "")
    with station.database.read() as tx:
        user = accounts.user_by_login(tx, name)
    if user is None:
        return Notice("act", say(visit.lang, "notice.no_user")), ""
    if user.login == visit.user:
        return Notice("act", say(visit.lang, "notice.not_oneself")), ""
    people.change(station.database, user.id, actor=actor(visit), at=station.desk.clock(), disabled=True)
    station.gate.keys.forget()
    return Notice("ok", say(visit.lang, "notice.user_removed", name=user.login)), ""


def add_key(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Make an API key."""
    at = station.desk.clock()
    days = values.get("days", "").strip()
    if days and not (days.isascii() and days.isdecimal() and 0 < int(days[:9]) <= 3650):
        return Notice("act", say(visit.lang, "notice.bad_days")), ""
    expires = at + int(days) * DAY if days else None
    with station.database.write() as tx:
        maker = accounts.user_by_login(tx, visit.user) if visit.user else None
        text = keys.make(
            tx,
            values.get("name", "").strip(),
            SCOPES.get(values.get("scope", ""), ()),
            project=None,
            actor=actor(visit),
            at=at,
            user=maker.id if maker else None,
            expires=expires,
        )
    return Notice("ok", say(visit.lang, "notice.key_made")), text


def revoke_key(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Make an API key worthless."""
    station.gate.keys.revoke(values.get("key", ""), at=station.desk.clock(), actor=actor(visit))
    return Notice("ok", say(visit.lang, "notice.key_revoked")), ""


def add_sink(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Add a place that messages go to, in place of one of the same name."""
    name = values.get("name", "").strip()
    if not _NAME.fullmatch(name):
        return Notice("act", say(visit.lang, "notice.bad_name")), ""
    table = declared(values.get("kind", ""), values.get("target", ""))
    made({**table, "name": name})
    _note(station, visit, "sink.add", name, table)
    return Notice("ok", say(visit.lang, "notice.sink_added", name=name)), ""


def remove_sink(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Tell a place no more."""
    name = values.get("key", "")
    _note(station, visit, "sink.remove", name, None)
    return Notice("ok", say(visit.lang, "notice.sink_removed", name=name)), ""


def test_sink(station: Station, visit: Visit, values: Mapping[str, str]) -> tuple[Notice, str]:
    """Send a trial message now, and say what became of it."""
    name, at = values.get("key", ""), station.desk.clock()
    with station.database.read() as tx:
        table = settings.get(tx, PREFIX + name)
    if table is None:
        return Notice("act", say(visit.lang, "notice.no_sink")), ""
    message = trial(name, visit.lang, at, station.settings.reached)
    outcome = carry(made(table), message, station.client)
    with station.database.write() as tx:
        details = {"outcome": outcome.kind, "why": outcome.why[:200]}
        audit.append(tx, "sink.test", at=at, actor=actor(visit), subject=name, details=details)
    if outcome.kind == "delivered":
        return Notice("ok", say(visit.lang, "notice.sink_reached", name=name)), ""
    return Notice("act", say(visit.lang, "notice.sink_failed", name=name, why=outcome.why)), ""


def declared(kind: str, target: str) -> dict[str, Any]:
    """Return the table of a sink from the one field of the form.

    An address alone is what the kind needs most; a kind that needs more takes it as a TOML table in braces.

    Examples
    --------
    >>> declared("slack", "env:SLACK_URL")
    {'kind': 'slack', 'url': 'env:SLACK_URL'}
    >>> declared("email", '{ to = ["a@b.org"], sender = "v@b.org", host = "smtp.b.org" }')["to"]
    ['a@b.org']
    """
    text = target.strip()
    if text.startswith("{"):
        try:
            inner: dict[str, Any] = tomllib.loads(f"sink = {text}")["sink"]
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(
                f"The settings of the sink are no TOML table: {error}",
                'For example { to = ["you@example.com"], sender = "vedette@example.com", host = "smtp.example.com" }',
                "Mend the place named",
                code="sinks.bad-sink",
            ) from error
        return {**inner, "kind": kind}
    first = next(
        (f for f in ("routing_key", "to") if f in registry.load("sink", kind).__struct_fields__), "url"
    )
    return {"kind": kind, first: [text] if first == "to" else text}


def _note(station: Station, visit: Visit, action: str, name: str, table: dict[str, Any] | None) -> None:
    at, who = station.desk.clock(), actor(visit)
    with station.database.write() as tx:
        if table is None:
            settings.remove(tx, PREFIX + name)
        else:
            settings.put(tx, PREFIX + name, table, at=at, author=who)
        details = {"kind": table["kind"]} if table else {}
        audit.append(tx, action, at=at, actor=who, subject=name, details=details)
