"""Which user of ours somebody is whom the identity provider knows."""

from __future__ import annotations

from vedette.errors import AccessError
from vedette.server.access import people
from vedette.server.access.oidc import Identity, Provider
from vedette.store import accounts, models
from vedette.store.accounts import User
from vedette.store.database import Transaction


def admit(tx: Transaction, identity: Identity, provider: Provider, *, at: int) -> User:
    """Return the user: known from before, added by an administrator, or new from a domain that is let in.

    Raises
    ------
    AccessError
        ``access.not-admitted``.
    """
    known = accounts.user_by_subject(tx, identity.subject)
    if known is None and identity.email:
        known = _expected(tx, identity)
        domain = identity.email.rsplit("@", 1)[-1].casefold()
        if known is None and domain in {one.casefold() for one in provider.domains}:
            known = _new(tx, identity, at)
    if known is None or known.disabled:
        raise AccessError(
            f"{identity.email or identity.subject} is nobody here",
            "A user that an administrator added under their verified e-mail address",
            "Ask an administrator to add you",
            code="access.not-admitted",
        )
    return known


def _expected(tx: Transaction, identity: Identity) -> User | None:
    """Return the user who was added under this address and waits for their first visit."""
    user = accounts.user_by_login(tx, identity.email)
    # Somebody with a password has proved who they are in another way; the provider must not take them over.
    if user is None or user.password is not None or user.subject is not None:
        return None
    accounts.change_user(tx, user.id, subject=identity.subject)
    return user


def _new(tx: Transaction, identity: Identity, at: int) -> User | None:
    if accounts.user_by_login(tx, identity.email):
        return None
    roles: dict[str, accounts.Role] = {models.DEFAULT_PROJECT: "viewer"}
    return people.insert(
        tx, identity.email, None, actor="identity provider", at=at, roles=roles, subject=identity.subject
    )
