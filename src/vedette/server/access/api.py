"""Users, keys and the audit log over REST, for administrators and their programs."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from litestar import Request, delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body

from vedette.server.access import keys, people
from vedette.server.access.gate import Gate
from vedette.server.access.tokens import key_id
from vedette.store import accounts, audit
from vedette.store.accounts import ApiKey, Role, User

Asked = Request[Any, Any, Any]


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user to make; without a password they come through the identity provider."""

    login: str
    password: str | None = None
    admin: bool = False
    roles: dict[str, Role] = {}


class UserChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a user; a role of None takes it away."""

    password: str | None = None
    admin: bool | None = None
    disabled: bool | None = None
    roles: dict[str, Role | None] = {}


class UserView(msgspec.Struct, frozen=True):
    """A user, without secrets."""

    id: int
    login: str
    name: str
    admin: bool
    disabled: bool
    created: int
    roles: dict[str, Role]


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to make; `days` until it expires, `project` None for all."""

    name: str
    scopes: list[str]
    project: str | None = None
    days: Annotated[float, msgspec.Meta(gt=0, le=36_500)] | None = None


class KeyView(msgspec.Struct, frozen=True):
    """A key, without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    project: str | None
    created: int
    expires: int | None
    last_used: int | None
    revoked: int | None


class MadeKey(msgspec.Struct, frozen=True):
    """A key that was just made: `key` is shown this once."""

    id: str
    key: str


def access_api(gate: Gate) -> list[HTTPRouteHandler]:
    """Return the handlers of ``/v1/users``, ``/v1/keys`` and ``/v1/audit``; the shield lets administrators in."""
    return [*_users(gate), *_keys(gate), *_audit(gate)]


def _users(gate: Gate) -> list[HTTPRouteHandler]:
    @get("/v1/users", sync_to_thread=True, tags=["access"])
    def users() -> list[UserView]:
        """List the users."""
        with gate.database.read() as tx:
            return [_user(one, accounts.roles(tx, one.id)) for one in accounts.all_users(tx)]

    @post("/v1/users", sync_to_thread=True, tags=["access"])
    def add(request: Asked, data: Annotated[NewUser, Body()]) -> UserView:
        """Make a user."""
        by = {"actor": request.user.name, "at": gate.now()}
        made = people.add(gate.database, data.login, data.password, admin=data.admin, roles=data.roles, **by)
        return _user(made, data.roles)

    @patch("/v1/users/{number:int}", sync_to_thread=True, tags=["access"])
    def change(request: Asked, data: Annotated[UserChange, Body()]) -> UserView:
        """Change a user."""
        number = int(request.path_params["number"])
        by = {"actor": request.user.name, "at": gate.now()}
        if data.admin is not None or data.disabled is not None:
            people.change(gate.database, number, admin=data.admin, disabled=data.disabled, **by)
        for project, role in data.roles.items():
            people.set_role(gate.database, number, project, role, **by)
        if data.password is not None:
            people.set_password(gate.database, number, data.password, **by)
        gate.keys.forget()
        with gate.database.read() as tx:
            return _user(people.known(tx, number), accounts.roles(tx, number))

    return cast("list[HTTPRouteHandler]", [users, add, change])


def _keys(gate: Gate) -> list[HTTPRouteHandler]:
    @get("/v1/keys", sync_to_thread=True, tags=["access"])
    def listing() -> list[KeyView]:
        """List the API keys, newest first."""
        with gate.database.read() as tx:
            return [_key(one) for one in accounts.all_keys(tx)]

    @post("/v1/keys", sync_to_thread=True, tags=["access"])
    def make(request: Asked, data: Annotated[NewKey, Body()]) -> MadeKey:
        """Make an API key; the answer is the only place where it can be read."""
        at = gate.now()
        expires = None if data.days is None else at + round(data.days * 86_400_000_000)
        who = {"actor": request.user.name, "user": request.user.user, "at": at}
        with gate.database.write() as tx:
            text = keys.make(tx, data.name, data.scopes, project=data.project, expires=expires, **who)
        return MadeKey(key_id(text) or "", text)

    @delete("/v1/keys/{name:str}", sync_to_thread=True, tags=["access"])
    def revoke(request: Asked) -> None:
        """Revoke an API key."""
        gate.keys.revoke(str(request.path_params["name"]), at=gate.now(), actor=request.user.name)

    return cast("list[HTTPRouteHandler]", [listing, make, revoke])


def _audit(gate: Gate) -> list[HTTPRouteHandler]:
    @get("/v1/audit", sync_to_thread=True, tags=["access"])
    def lines(request: Asked) -> list[audit.Line]:
        """List the audit log, newest line first: `limit` lines, those `before` a number."""
        before, limit = (_whole(request, name) for name in ("before", "limit"))
        with gate.database.read() as tx:
            return audit.listing(tx, before=before, limit=min(limit or 100, 1000))

    @get("/v1/audit/verify", sync_to_thread=True, tags=["access"])
    def verify(request: Asked) -> audit.Verdict:
        """Check the chain of the audit log, and whether it still has the line with hash `head`."""
        with gate.database.read() as tx:
            return audit.verify(tx, request.query_params.get("head"))

    return cast("list[HTTPRouteHandler]", [lines, verify])


def _whole(request: Asked, name: str) -> int | None:
    text = str(request.query_params.get(name, ""))
    return int(text[:18]) if text.isascii() and text.isdigit() else None


def _user(user: User, roles: dict[str, Role]) -> UserView:
    return UserView(user.id, user.login, user.name, user.admin, user.disabled, user.created, roles)


def _key(key: ApiKey) -> KeyView:
    times = (key.created, key.expires, key.last_used, key.revoked)
    return KeyView(key.id, key.name, key.scopes, key.project, *times)
