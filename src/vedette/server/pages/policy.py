"""What a browser may do with our pages: run our scripts, talk to us, nothing else."""

from __future__ import annotations

from collections.abc import Mapping

_RULES = (
    "default-src 'none'",
    # Vega compiles no expressions here: the bundle's own interpreter walks their syntax trees.
    "script-src 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def headers(nonce: str) -> Mapping[str, str]:
    """Return the headers of every page.

    Examples
    --------
    >>> headers("abc")["Content-Security-Policy"].split("; ")[1]
    "script-src 'nonce-abc'"
    """
    return {
        "Content-Security-Policy": "; ".join(_RULES).format(nonce=nonce),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }
