"""API keys: made once, shown once, checked on every request of a program."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import get_args

from vedette.errors import AccessError
from vedette.server.access.principal import Principal
from vedette.server.access.tokens import hashed, key_id, new_key, same
from vedette.store import accounts, audit, models
from vedette.store.accounts import ApiKey, Scope
from vedette.store.database import Database, Transaction

SCOPES: tuple[Scope, ...] = get_args(Scope)
SECOND = 1_000_000
#: Microseconds for which a key that was right is believed: so long a key revoked by another process still works.
BELIEVED = 5 * SECOND
#: How often the use of a key is noted.
_NOTED = 60 * SECOND
_KEPT = 4096


def make(
    tx: Transaction,
    name: str,
    scopes: Iterable[str],
    *,
    project: str | None,
    actor: str,
    at: int,
    user: int | None = None,
    expires: int | None = None,
) -> str:
    """Make a key; its text, which nobody can see again.

    Raises
    ------
    AccessError
        ``access.bad-scope``: no scope, or one that does not exist.
    """
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise AccessError(
            f"The scopes {', '.join(sorted(wanted)) or 'none'} are not those of a key",
            f"Some of {', '.join(SCOPES)}",
            "A program that logs needs 'ingest', one that reads needs 'read'",
            code="access.bad-scope",
        )
    if project is not None:
        models.add_project(tx, project, at=at)
    key, text = new_key()
    chosen = tuple(scope for scope in SCOPES if scope in wanted)
    accounts.add_key(tx, ApiKey(key, name[:200], hashed(text), chosen, project, user, at, expires))
    details = {"name": name[:200], "scopes": list(chosen), "project": project, "expires": expires}
    audit.append(tx, "key.make", at=at, actor=actor, subject=key, details=details)
    return text


class Keys:
    """The keys of a database, with those that were right a moment ago in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._right: OrderedDict[str, tuple[int, Principal]] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, text: str, *, at: int) -> Principal | None:
        """Return whose key this is when it was right a moment ago; takes no time."""
        until, principal = self._right.get(hashed(text), (0, None))
        return principal if at < until else None

    def who(self, text: str, *, at: int) -> Principal:
        """Return what a key may do.

        Raises
        ------
        AccessError
            ``access.bad-key``: unknown, expired or revoked.
        """
        name = key_id(text)
        with self._database.read() as tx:
            key = accounts.key(tx, name) if name else None
            owner = accounts.user(tx, key.user) if key and key.user is not None else None
        if key is None or not _works(key, text, at) or (owner and owner.disabled):
            raise _bad()
        if at - (key.last_used or 0) >= _NOTED:
            with self._database.write() as tx:
                accounts.used_key(tx, key.id, at=at)
        principal = holder(key)
        until = at + BELIEVED if key.expires is None else min(at + BELIEVED, key.expires)
        with self._lock:
            self._right[hashed(text)] = (until, principal)
            if len(self._right) > _KEPT:
                self._right.popitem(last=False)
        return principal

    def revoke(self, name: str, *, at: int, actor: str) -> None:
        """Make a key worthless, at once in this process."""
        with self._database.write() as tx:
            if accounts.key(tx, name) is None:
                raise AccessError(
                    f"There is no key {name!r}",
                    "The id of a key: what stands between the underscores",
                    "Look at the list of keys",
                    code="access.unknown-key",
                )
            accounts.revoke_key(tx, name, at=at)
            audit.append(tx, "key.revoke", at=at, actor=actor, subject=name)
        self.forget()

    def forget(self) -> None:
        """Believe nobody without looking."""
        with self._lock:
            self._right.clear()


def holder(key: ApiKey) -> Principal:
    """Return what a key may do."""
    scopes = frozenset(key.scopes)
    everywhere = scopes if key.project is None else frozenset[Scope]()
    projects: Mapping[str, frozenset[Scope]] = {} if key.project is None else {key.project: scopes}
    return Principal(kind="key", name=f"key:{key.id}", everywhere=everywhere, projects=dict(projects))


def _works(key: ApiKey, text: str, at: int) -> bool:
    alive = key.revoked is None and (key.expires is None or at < key.expires)
    return same(key.hash, hashed(text)) and alive


def _bad() -> AccessError:
    return AccessError(
        "The API key is unknown, expired or revoked",
        "Authorization: Bearer vd_<id>_<secret>",
        "Make a new key in the settings",
        code="access.bad-key",
    )
