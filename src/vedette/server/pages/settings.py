"""Settings: people, API keys, places that messages go to."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import msgspec

from vedette.views.content import Status

Role = Literal["viewer", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
#: What keys may do; "write" is to send logs, "change" to change monitors.
Scope = Literal["write", "read", "change", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person."""

    name: str
    role: Role
    last_seen: datetime | None = None


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, known by its first characters."""

    key: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None


class SinkRow(msgspec.Struct, frozen=True, kw_only=True):
    """A place that messages go to; `kind` is a name of `vedette.sinks`, `failed` counts the dead letters."""

    key: str
    name: str
    kind: str
    target: str
    level: Status = "ok"
    last_sent: datetime | None = None
    failed: int = 0


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of sink that can be added.
    secret : str
        The key that was just made, shown this once.
    home : str
        Where the data of this server lie.
    """

    users: tuple[UserRow, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    sinks: tuple[SinkRow, ...] = ()
    kinds: tuple[str, ...] = ()
    secret: str = ""
    home: str = ""
