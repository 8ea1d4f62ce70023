"""Answers: the receipt of a request, and the one shape of every error."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response

from vedette.errors import UnknownNameError, VedetteError
from vedette.server.access.answers import DOCS, STATUSES

_STATUS = {
    **STATUSES,
    "http.failed": 500,
    "ingest.too-large": 413,
    "ingest.unknown-encoding": 415,
    "ingest.unknown-type": 415,
    "store.disk-full": 503,
    "store.spool-full": 503,
    "store.stopping": 503,
}
#: Seconds after which a client should try again.
_RETRY_S = "5"


class Accepted(msgspec.Struct, frozen=True):
    """The answer to rows that are durable.

    Parameters
    ----------
    accepted, quarantined : int
        Rows taken, and rows kept aside with their reason; 0 for a request that came before.
    duplicate : bool
        Whether a request of this number was taken before; then nothing changed.
    """

    accepted: int
    quarantined: int
    duplicate: bool


def status_of(error: VedetteError) -> int:
    """Return the HTTP status of an error.

    Examples
    --------
    >>> from vedette.errors import DataError
    >>> status_of(DataError("A", "B", "C", code="ingest.too-large"))
    413
    """
    return _STATUS.get(error.code, 404 if isinstance(error, UnknownNameError) else 400)


def refused(request: Request[Any, Any, Any], error: VedetteError) -> Response[bytes]:
    """Return the answer that an error is."""
    status = status_of(error)
    return answer(told(error), status, {"Retry-After": _RETRY_S} if status == 503 else {})


def told(error: VedetteError) -> dict[str, dict[str, Any]]:
    """Return an error in the one shape of all answers."""
    return {"error": {**error.to_dict(), "docs": f"{DOCS}{error.code}"}}


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """Return a JSON answer that is encoded already: nothing on the way looks at it again."""
    content = msgspec.json.encode(body)
    return Response(content, status_code=status, media_type="application/json", headers=headers or {})
