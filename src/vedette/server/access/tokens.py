"""Secrets: made at random, stored as hashes.

SHA-256 is enough here: unlike passwords, 256 random bits cannot be guessed however fast the hash is.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_KEY = re.compile(r"vd_([0-9a-z]{10})_([A-Za-z0-9_-]{43})")


def fresh() -> str:
    """Return a new secret of 256 bits, safe in URLs."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Tell whether two secrets are equal, in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def form_token(secret: str) -> str:
    """Return the token that forms carry, made of a secret cookie: who cannot read the cookie cannot make it.

    Examples
    --------
    >>> form_token("a") == form_token("a"), form_token("a") == form_token("b")
    (True, False)
    """
    return hmac.new(secret.encode("utf-8", "replace"), b"vedette form", hashlib.sha256).hexdigest()


def new_key() -> tuple[str, str]:
    """Return the id and the whole text of a new API key, ``vd_<id>_<secret>``."""
    name = secrets.token_hex(5)
    return name, f"vd_{name}_{fresh()}"


def key_id(text: str) -> str | None:
    """Return the id within the text of an API key, None when it is no such text.

    Examples
    --------
    >>> key_id("vd_0123456789_" + "x" * 43), key_id("Bearer me")
    ('0123456789', None)
    """
    found = _KEY.fullmatch(text)
    return found[1] if found else None
