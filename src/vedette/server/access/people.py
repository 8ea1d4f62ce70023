"""What administrators do with users, each with its line in the audit log."""

from __future__ import annotations

from vedette.errors import AccessError
from vedette.server.access import passwords
from vedette.store import accounts, audit, models
from vedette.store.accounts import Role, User
from vedette.store.database import Database, Transaction

LONGEST = 200
#: No database numbers users as high as that.
_NUMBERS = 1 << 31


def add(
    database: Database,
    login: str,
    password: str | None,
    *,
    actor: str,
    at: int,
    admin: bool = False,
    roles: dict[str, Role] | None = None,
) -> User:
    """Make a user; without a password they sign in through the identity provider.

    Raises
    ------
    AccessError
        ``access.weak-password``, or ``access.taken`` when there is a user of this name.
    """
    login = login.strip()[:LONGEST]
    stored = None if password is None else passwords.checked(password, login)
    with database.write() as tx:
        return insert(tx, login, stored, actor=actor, at=at, admin=admin, roles=roles)


def insert(
    tx: Transaction,
    login: str,
    stored: str | None,
    *,
    actor: str,
    at: int,
    admin: bool = False,
    roles: dict[str, Role] | None = None,
    subject: str | None = None,
) -> User:
    """Make a user whose password is hashed already."""
    if not login or accounts.user_by_login(tx, login):
        raise AccessError(
            f"The name {login!r} is taken, or empty",
            "A name that no user has, in any case of letters",
            "Choose another, or change the user who has it",
            code="access.taken",
        )
    user = accounts.add_user(tx, login, at=at, password=stored, admin=admin, subject=subject)
    for project, role in (roles or {}).items():
        models.add_project(tx, project, at=at)
        accounts.set_role(tx, user.id, project, role)
    details = {"admin": admin, "roles": roles or {}}
    audit.append(tx, "user.add", at=at, actor=actor, subject=user.login, details=details)
    return user


def set_password(
    database: Database, number: int, password: str, *, actor: str, at: int, keep: str = ""
) -> None:
    """Give a user a new password; all their sessions end, except the one whose hash is `keep`."""
    with database.read() as tx:
        user = known(tx, number)
    stored = passwords.checked(password, user.login)
    with database.write() as tx:
        accounts.change_user(tx, number, password=stored)
        accounts.end_sessions(tx, number, but=keep)
        audit.append(tx, "user.password", at=at, actor=actor, subject=user.login)


def set_role(
    database: Database, number: int, project: str, role: Role | None, *, actor: str, at: int
) -> None:
    """Give a user a role in a project, or take it away."""
    with database.write() as tx:
        user = known(tx, number)
        if role is not None:
            models.add_project(tx, project, at=at)
        accounts.set_role(tx, number, project, role)
        details = {"project": project, "role": role}
        audit.append(tx, "user.role", at=at, actor=actor, subject=user.login, details=details)


def change(
    database: Database,
    number: int,
    *,
    actor: str,
    at: int,
    admin: bool | None = None,
    disabled: bool | None = None,
) -> None:
    """Make a user an administrator, or no more; let them in, or no more.

    Raises
    ------
    AccessError
        ``access.last-admin``: nobody would be left who may do this. ``access.unknown-user``.
    """
    with database.write() as tx:
        user = known(tx, number)
        if user.admin and (admin is False or disabled):
            _require_another_admin(tx, number)
        accounts.change_user(tx, number, admin=admin, disabled=disabled)
        if disabled:
            accounts.end_sessions(tx, number)
        details = {"admin": admin, "disabled": disabled}
        audit.append(tx, "user.change", at=at, actor=actor, subject=user.login, details=details)


def _require_another_admin(tx: Transaction, number: int) -> None:
    if any(user.admin and not user.disabled and user.id != number for user in accounts.all_users(tx)):
        return
    raise AccessError(
        "This is the last administrator",
        "One administrator at least",
        "Make somebody else an administrator first",
        code="access.last-admin",
    )


def known(tx: Transaction, number: int) -> User:
    """Return a user, or refuse (``access.unknown-user``)."""
    user = accounts.user(tx, number) if 0 < number < _NUMBERS else None
    if user is None:
        raise AccessError(
            f"There is no user {str(number)[:20]}",
            "The number of a user",
            "Look at the list of users",
            code="access.unknown-user",
        )
    return user
