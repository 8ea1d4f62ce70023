"""The pages before the pages: signing in, and making the first account."""

from __future__ import annotations

import msgspec


class LoginPage(msgspec.Struct, frozen=True, kw_only=True):
    """Signing in; `provider` names an identity provider when there is one, `failed` follows a wrong password."""

    after: str = "/"
    provider: str = ""
    failed: bool = False


class SetupPage(msgspec.Struct, frozen=True, kw_only=True):
    """The first account of a new server; `problem` says why the last try was refused."""

    token_needed: bool = False
    problem: str = ""
