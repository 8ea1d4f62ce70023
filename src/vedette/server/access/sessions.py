"""Sessions of browsers: a random token in a cookie, its hash in the database."""

from __future__ import annotations

from vedette.errors import AccessError
from vedette.server.access import passwords
from vedette.server.access.principal import ALL, SCOPES_OF, Principal
from vedette.server.access.tokens import fresh, hashed
from vedette.store import accounts, audit
from vedette.store.accounts import Session, User
from vedette.store.database import Database, Transaction

COOKIE = "vd_session"
HOUR = 3_600_000_000
#: A session ends when it was not used for so long, and at the latest after so long.
IDLE, LONGEST = 14 * 24 * HOUR, 90 * 24 * HOUR
#: How often the use of a session is noted.
_NOTED = HOUR // 6


def sign_in(database: Database, login: str, password: str, *, at: int, agent: str, address: str) -> str:
    """Return the token of a new session for the right password.

    Raises
    ------
    AccessError
        ``access.wrong-password``: for a wrong password, an unknown name and a disabled user alike.
    """
    with database.read() as tx:
        user = accounts.user_by_login(tx, login)
    # Outside of any transaction: this is slow on purpose.
    right = passwords.right(user.password if user else None, password)
    with database.write() as tx:
        if not (user and right) or user.disabled:
            audit.append(tx, "login.failed", at=at, actor=login[:200], details={"address": address})
        else:
            if user.password and passwords.outdated(user.password):
                accounts.change_user(tx, user.id, password=passwords.checked(password, login))
            return begin(tx, user, at=at, agent=agent, address=address)
    raise _wrong()


def require_password(database: Database, number: int, password: str) -> None:
    """Refuse whoever does not know the password of a user (``access.wrong-password``)."""
    with database.read() as tx:
        user = accounts.user(tx, number)
    if not passwords.right(user.password if user else None, password):
        raise _wrong()


def begin(tx: Transaction, user: User, *, at: int, agent: str, address: str) -> str:
    """Return the token of a new session."""
    token = fresh()
    accounts.remove_expired(tx, at)
    accounts.add_session(tx, Session(hashed(token), user.id, at, at, at + IDLE, agent[:200], address))
    audit.append(tx, "login", at=at, actor=user.login, details={"address": address})
    return token


def who(database: Database, token: str, *, at: int) -> Principal | None:
    """Return whose session a token is of, None when it ended."""
    name = hashed(token)
    with database.read() as tx:
        session = accounts.session(tx, name)
        user = accounts.user(tx, session.user) if session else None
        if session is None or user is None or user.disabled or session.expires <= at:
            return None
        principal = person(user, accounts.roles(tx, user.id))
    if at - session.seen >= _NOTED:
        with database.write() as tx:
            expires = min(at + IDLE, session.created + LONGEST)
            accounts.saw_session(tx, name, at=at, expires=expires)
    return principal


def person(user: User, roles: dict[str, accounts.Role]) -> Principal:
    """Return what a user may do."""
    return Principal(
        kind="person",
        name=user.login,
        user=user.id,
        everywhere=ALL if user.admin else frozenset(),
        projects={project: SCOPES_OF[role] for project, role in roles.items()},
    )


def sign_out(database: Database, token: str, *, at: int, actor: str) -> None:
    """End the session of a token."""
    with database.write() as tx:
        if accounts.session(tx, hashed(token)):
            accounts.end_session(tx, hashed(token))
            audit.append(tx, "logout", at=at, actor=actor)


def _wrong() -> AccessError:
    return AccessError(
        "The name or the password is wrong",
        "A user of this server and their password",
        "Try again, or ask an administrator for a new password",
        code="access.wrong-password",
    )
