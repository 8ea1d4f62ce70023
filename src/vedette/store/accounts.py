"""Users, memberships, sessions and API keys: hashes of secrets, never the secrets."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from sqlalchemy import delete, func, insert, or_, select, update

from vedette.store.database import Transaction, upsert
from vedette.store.records import struct, structs
from vedette.store.tables import api_keys, memberships, sessions, users

Role = Literal["viewer", "editor", "admin"]
Scope = Literal["ingest", "read", "write", "admin"]


class User(msgspec.Struct, frozen=True):
    """A person who may sign in.

    `password` is an argon2 hash, None for those who come through the identity provider; `subject` is who they are
    there; an `admin` may do everything everywhere.
    """

    id: int
    login: str
    name: str
    password: str | None
    subject: str | None
    admin: bool
    disabled: bool
    created: int


class Session(msgspec.Struct, frozen=True):
    """A browser that signed in; `hash` is of its token."""

    hash: str
    user: int
    created: int
    seen: int
    expires: int
    agent: str
    address: str


class ApiKey(msgspec.Struct, frozen=True):
    """A key for programs; `project` None means all of them, `user` is who made it."""

    id: str
    name: str
    hash: str
    scopes: tuple[Scope, ...]
    project: str | None
    user: int | None
    created: int
    expires: int | None = None
    last_used: int | None = None
    revoked: int | None = None


def add_user(
    tx: Transaction,
    login: str,
    *,
    at: int,
    name: str = "",
    password: str | None = None,
    subject: str | None = None,
    admin: bool = False,
) -> User:
    """Make a user; the login is folded to lower case."""
    row: dict[str, Any] = {"login": login.casefold(), "name": name or login, "created": at}
    row |= {"password": password, "subject": subject, "admin": admin, "disabled": False}
    number = tx.execute(insert(users).returning(users.c.id), row).scalar_one()
    return User(id=int(number), **row)


def user(tx: Transaction, number: int) -> User | None:
    """Return a user by number."""
    return struct(tx, select(users).where(users.c.id == number), User)


def user_by_login(tx: Transaction, login: str) -> User | None:
    """Return a user by login, in any case of letters."""
    return struct(tx, select(users).where(users.c.login == login.casefold()), User)


def user_by_subject(tx: Transaction, subject: str) -> User | None:
    """Return the user that the identity provider calls `subject`."""
    return struct(tx, select(users).where(users.c.subject == subject), User)


def all_users(tx: Transaction) -> list[User]:
    """Return every user, sorted by login."""
    return sorted(structs(tx, select(users), User), key=lambda one: one.login)


def any_user(tx: Transaction) -> bool:
    """Tell whether there is a user at all."""
    return bool(tx.execute(select(func.count()).select_from(users)).scalar_one())


def change_user(
    tx: Transaction,
    number: int,
    *,
    name: str | None = None,
    password: str | None = None,
    subject: str | None = None,
    admin: bool | None = None,
    disabled: bool | None = None,
) -> None:
    """Change what is given of a user."""
    values = {"name": name, "password": password, "subject": subject, "admin": admin, "disabled": disabled}
    given = {key: value for key, value in values.items() if value is not None}
    if given:
        tx.execute(update(users).where(users.c.id == number).values(**given))


def set_role(tx: Transaction, number: int, project: str, role: Role | None) -> None:
    """Give a user a role in a project; None takes it away."""
    if role is None:
        where = (memberships.c.user == number) & (memberships.c.project == project)
        tx.execute(delete(memberships).where(where))
    else:
        upsert(tx, memberships, {"user": number, "project": project, "role": role})


def roles(tx: Transaction, number: int) -> dict[str, Role]:
    """Return the roles of a user, project -> role."""
    query = select(memberships.c.project, memberships.c.role).where(memberships.c.user == number)
    return {row.project: row.role for row in sorted(tx.execute(query).all())}


def add_session(tx: Transaction, session: Session) -> None:
    """Keep a session."""
    tx.execute(insert(sessions), msgspec.structs.asdict(session))


def session(tx: Transaction, name: str) -> Session | None:
    """Return the session whose token has this hash."""
    return struct(tx, select(sessions).where(sessions.c.hash == name), Session)


def sessions_of(tx: Transaction, number: int) -> list[Session]:
    """Return the sessions of a user, the last seen first."""
    query = select(sessions).where(sessions.c.user == number).order_by(sessions.c.seen.desc())
    return structs(tx, query, Session)


def saw_session(tx: Transaction, name: str, *, at: int, expires: int) -> None:
    """Note that a session was used, and until when it now lasts."""
    tx.execute(update(sessions).where(sessions.c.hash == name).values(seen=at, expires=expires))


def end_session(tx: Transaction, name: str) -> None:
    """End one session."""
    tx.execute(delete(sessions).where(sessions.c.hash == name))


def end_sessions(tx: Transaction, number: int, *, but: str = "") -> int:
    """End all sessions of a user, except the one with this hash; how many."""
    where = (sessions.c.user == number) & (sessions.c.hash != but)
    return int(tx.execute(delete(sessions).where(where)).rowcount)


def remove_expired(tx: Transaction, now: int) -> int:
    """Forget sessions that have expired; how many."""
    return int(tx.execute(delete(sessions).where(sessions.c.expires <= now)).rowcount)


def add_key(tx: Transaction, key: ApiKey) -> None:
    """Keep an API key."""
    row = msgspec.structs.asdict(key)
    tx.execute(insert(api_keys), {**row, "scopes": " ".join(key.scopes)})


def key(tx: Transaction, name: str) -> ApiKey | None:
    """Return an API key by its id."""
    row = tx.execute(select(api_keys).where(api_keys.c.id == name)).mappings().first()
    return None if row is None else ApiKey(**{**row, "scopes": tuple(row["scopes"].split())})


def all_keys(tx: Transaction, *, now: int | None = None) -> list[ApiKey]:
    """Return the API keys, newest first; with `now` only those that still work."""
    query = select(api_keys)
    if now is not None:
        alive = or_(api_keys.c.expires.is_(None), api_keys.c.expires > now)
        query = query.where(api_keys.c.revoked.is_(None), alive)
    rows = tx.execute(query.order_by(api_keys.c.created.desc(), api_keys.c.id)).mappings()
    return [ApiKey(**{**row, "scopes": tuple(row["scopes"].split())}) for row in rows]


def used_key(tx: Transaction, name: str, *, at: int) -> None:
    """Note that a key was used."""
    tx.execute(update(api_keys).where(api_keys.c.id == name).values(last_used=at))


def revoke_key(tx: Transaction, name: str, *, at: int) -> None:
    """Make a key worthless; it stays in the list."""
    where = (api_keys.c.id == name) & api_keys.c.revoked.is_(None)
    tx.execute(update(api_keys).where(where).values(revoked=at))
