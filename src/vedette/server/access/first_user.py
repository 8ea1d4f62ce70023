"""The first administrator of a new server: made by whoever has the token that the server printed."""

from __future__ import annotations

from vedette.errors import AccessError
from vedette.server.access import passwords, people
from vedette.server.access.gate import Gate
from vedette.server.access.tokens import same
from vedette.store import accounts
from vedette.store.accounts import User


def make_first(gate: Gate, token: str, login: str, password: str) -> User:
    """Make the first administrator; from then on everybody must sign in.

    On a server that only its own machine reaches no token is needed.

    Raises
    ------
    AccessError
        ``access.bad-setup-token``: a wrong token, or there is a user already. ``access.weak-password``.
    """
    if not gate.open and not (gate.setup_token and same(token.strip(), gate.setup_token)):
        raise _refused()
    stored = passwords.checked(password, login)
    with gate.database.write() as tx:
        if accounts.any_user(tx):
            raise _refused()
        user = people.insert(
            tx, login.strip()[: people.LONGEST], stored, actor="setup", at=gate.now(), admin=True
        )
    gate.open, gate.setup_token = False, ""
    return user


def _refused() -> AccessError:
    return AccessError(
        "The setup token is wrong, or was used already",
        "The one that the server printed when it started",
        "Start the server again to get a new one; if there are users, ask an administrator",
        code="access.bad-setup-token",
    )
