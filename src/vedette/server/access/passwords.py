"""Passwords: argon2id, and what is too easy to guess."""

from __future__ import annotations

import functools

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from vedette.errors import AccessError

SHORTEST, LONGEST = 12, 1024
_HASHER = PasswordHasher()


def checked(password: str, login: str) -> str:
    """Return the hash of an acceptable password.

    Raises
    ------
    AccessError
        ``access.weak-password``: shorter than 12 or longer than 1024 characters, of fewer than 5 different ones,
        or with the login in it.
    """
    folded = password.casefold()
    weak = (
        not SHORTEST <= len(password) <= LONGEST
        or len(set(password)) < 5
        or (len(login) > 2 and login.casefold() in folded)
    )
    if weak:
        raise AccessError(
            "The password is too easy to guess, or too long",
            f"{SHORTEST} to {LONGEST} characters, at least five different ones, without the name in it",
            "Choose a longer one: four words will do",
            code="access.weak-password",
        )
    return _HASHER.hash(password)


def right(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; as slow for who does not exist as for who does."""
    try:
        _HASHER.verify(stored or _nobody(), password[: LONGEST + 1])
    except (Argon2Error, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@functools.cache
def _nobody() -> str:
    return _HASHER.hash("the password of nobody")
