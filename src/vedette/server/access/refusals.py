"""Why a request is refused."""

from __future__ import annotations

from vedette.errors import AccessError


class TooOftenError(AccessError):
    """Too many requests; `after` is how many seconds to wait."""

    def __init__(self, wait: float) -> None:
        self.after = int(wait) + 1
        super().__init__(
            "There are too many requests at once",
            "Fewer of them: clients send rows in batches",
            f"Wait {self.after} s",
            code="access.too-often",
        )


def signed_out() -> AccessError:
    """Return the error for a request of nobody."""
    return AccessError(
        "Nobody is signed in",
        "A session, or Authorization: Bearer vd_<id>_<secret>",
        "Sign in, or make an API key in the settings",
        code="access.signed-out",
    )


def forbidden(name: str, scope: str, model: str = "") -> AccessError:
    """Return the error for somebody who has no right."""
    about = f" of {model!r}" if model else ""
    return AccessError(
        f"{name} may not {scope}{about}",
        f"The right to {scope}, by a role in the project or a scope of the key",
        "Ask an administrator for it",
        code="access.forbidden",
    )


def too_large(limit: int) -> AccessError:
    """Return the error for a body over the limit."""
    return AccessError(
        f"The request is larger than {limit:,} bytes",
        "A form of a page",
        "Send rows to /v1/models/<model>/, which takes more",
        code="access.too-large",
    )


def foreign_host(host: str) -> AccessError:
    """Return the error for a name that is not this machine's own."""
    return AccessError(
        f"A server without accounts does not answer to the name {host!r}",
        "localhost, 127.0.0.1 or [::1]",
        "Use one of these, or start the server with accounts",
        code="access.foreign-host",
    )
