"""What the application answers where no route does, or where one fails: one shape for programs, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from vedette.errors import AccessError, StateError, VedetteError
from vedette.server.ingest.answers import answer, refused, status_of, told

LOG = logging.getLogger("vedette.server")
Asked = Request[Any, Any, Any]
#: Shows a page: request, name of the template, its model, status.
Show = Callable[[Asked, str, Any, int], Response[Any]]


def handlers(show: Show) -> dict[Any, Callable[[Asked, Any], Response[Any]]]:
    """Return the handlers of errors; `show` makes pages for people, programs get JSON."""

    def expected(request: Asked, error: VedetteError) -> Response[Any]:
        if not by_person(request):
            return refused(request, error)
        return show(request, "failed", told(error)["error"], status_of(error))

    def of_http(request: Asked, error: HTTPException) -> Response[Any]:
        found = of_status(error.status_code, request.method, request.url.path, str(error.detail))
        if not by_person(request):
            return answer(told(found), error.status_code, dict(error.headers or {}))
        if error.status_code == 404:
            return show(request, "missing", None, 404)
        return show(request, "failed", told(found)["error"], error.status_code)

    def unexpected(request: Asked, error: Exception) -> Response[Any]:
        LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        found = failed()
        if not by_person(request):
            return answer(told(found), 500)
        return show(request, "failed", told(found)["error"], 500)

    return {VedetteError: expected, HTTPException: of_http, Exception: unexpected}


def by_person(request: Asked) -> bool:
    """Tell whether a browser asks for a page."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith("/v1/")


def of_status(status: int, method: str, path: str, detail: str = "") -> AccessError:
    """Return the error behind an HTTP status that the framework gives."""
    if status == 404:
        return AccessError(
            f"There is nothing at {path[:200]!r}",
            "An address of this server; /api lists those for programs",
            "Correct the address",
            code="http.unknown-address",
        )
    if status == 405:
        return AccessError(
            f"{method} is not understood at {path[:200]!r}",
            "Another method; /api tells which",
            "Correct the method",
            code="http.wrong-method",
        )
    return AccessError(
        f"The request is not understood: {detail[:300]}",
        "What /api says of this address",
        "Correct the request",
        code="http.bad-request",
    )


def failed() -> StateError:
    """Return the error for what should not have happened; what it was stands in the log alone."""
    return StateError(
        "The server failed at this request",
        "An answer",
        "Look into the log of the server, which says why",
        code="http.failed",
    )
