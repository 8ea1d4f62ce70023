"""The settings from the store: people, keys, places that messages go to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from vedette import registry
from vedette.errors import VedetteError
from vedette.server.delivery.sinks import PREFIX, made
from vedette.server.pages import settings as shown
from vedette.server.pages.settings import KeyRow, SettingsPage, SinkRow, UserRow
from vedette.server.pages.visit import Visit
from vedette.server.showing.fleet import moment
from vedette.server.station import Station
from vedette.store import accounts, deliveries, settings
from vedette.store.accounts import ApiKey, Role, Scope, User
from vedette.store.database import Transaction

#: What a key may do, in the words of the page.
WORDS: dict[Scope, shown.Scope] = {"ingest": "write", "read": "read", "write": "change", "admin": "admin"}
_RANK: tuple[Role, ...] = ("viewer", "editor", "admin")


def page(station: Station, visit: Visit) -> SettingsPage:
    """Return the page: administrators see all of it, others themselves and the keys they made."""
    every = visit.may("admin")
    with station.database.read() as tx:
        people = [u for u in accounts.all_users(tx) if not u.disabled and (every or u.login == visit.user)]
        mine = {u.id for u in people}
        keys = [k for k in accounts.all_keys(tx, now=station.desk.clock()) if every or k.user in mine]
        return SettingsPage(
            users=tuple(_user(tx, one) for one in people),
            keys=tuple(_key(one) for one in keys),
            sinks=_sinks(tx) if every else (),
            kinds=tuple(registry.names("sink")) if every else (),
            home=str(station.settings.home) if every else "",
        )


def _user(tx: Transaction, user: User) -> UserRow:
    seen = accounts.sessions_of(tx, user.id)
    held = list(accounts.roles(tx, user.id).values())
    role: Role = "admin" if user.admin else max(held, key=_RANK.index, default="viewer")
    return UserRow(name=user.login, role=role, last_seen=moment(seen[0].seen) if seen else None)


def _key(key: ApiKey) -> KeyRow:
    return KeyRow(
        key=key.id,
        name=key.name,
        scopes=tuple(WORDS[scope] for scope in key.scopes),
        created=moment(key.created),
        expires=None if key.expires is None else moment(key.expires),
        last_used=None if key.last_used is None else moment(key.last_used),
    )


def _sinks(tx: Transaction) -> tuple[SinkRow, ...]:
    done = deliveries.by_sink(tx)
    rows = []
    for key, table in settings.listing(tx, PREFIX).items():
        name = key.removeprefix(PREFIX)
        last, dead = done.get(f"server/{name}", (None, 0))
        wrong = _wrong(table)
        rows.append(
            SinkRow(
                key=name,
                name=name,
                kind=str(table.get("kind", "")),
                target=wrong or target(table),
                level="act" if dead or wrong else "ok",
                last_sent=None if last is None else moment(last),
                failed=dead,
            )
        )
    return tuple(rows)


def _wrong(table: dict[str, Any]) -> str:
    """Return why a sink that was saved once cannot be used now; empty where it can."""
    try:
        made(table)
    except VedetteError as error:
        return error.found
    return ""


def target(table: dict[str, Any]) -> str:
    """Return where a sink leads, without what must stay secret: the path of a webhook is its password.

    Examples
    --------
    >>> target({"kind": "slack", "url": "https://hooks.slack.com/services/T0/B0/xyz"})
    'https://hooks.slack.com/…'
    >>> target({"kind": "slack", "url": "env:SLACK_URL"}), target({"kind": "email", "to": ["a@b.org"]})
    ('env:SLACK_URL', 'a@b.org')
    """
    if table.get("to"):
        return ", ".join(map(str, table["to"]))
    url = str(table.get("url", ""))
    if not url or url.startswith("env:"):
        return url
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/…"
