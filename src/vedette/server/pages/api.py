"""The API described on a page of ours: what OpenAPI says of every path, without scripts from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from vedette.server.pages.requests import Asked, Printer

#: Where the description itself is.
DOCUMENT = "/v1/openapi.json"
_METHODS = ("get", "post", "put", "delete", "patch")


class Operation(msgspec.Struct, frozen=True):
    """One thing that a program can ask for."""

    method: str
    path: str
    about: str
    parameters: tuple[str, ...] = ()


class ApiPage(msgspec.Struct, frozen=True):
    """The page: operations by subject."""

    groups: Mapping[str, tuple[Operation, ...]]
    document: str = DOCUMENT


def api_page(described: Mapping[str, Any]) -> ApiPage:
    """Return the page of an OpenAPI description.

    Examples
    --------
    >>> paths = {"/v1/models": {"get": {"summary": "Every model", "tags": ["models"]}}}
    >>> api_page({"paths": paths}).groups
    {'models': (Operation(method='GET', path='/v1/models', about='Every model', parameters=()),)}
    """
    groups: dict[str, list[Operation]] = {}
    for path, methods in sorted(described.get("paths", {}).items()):
        for method in (name for name in _METHODS if name in methods):
            told = methods[method]
            names = tuple(one["name"] for one in told.get("parameters", ()) if one.get("in") == "query")
            about = told.get("summary") or told.get("description") or ""
            tag = next(iter(told.get("tags", ())), "")
            groups.setdefault(tag, []).append(Operation(method.upper(), path, about, names))
    return ApiPage({tag: tuple(found) for tag, found in sorted(groups.items())})


def api_route(printer: Printer) -> HTTPRouteHandler:
    """Return the handler of the page."""

    @get("/api", include_in_schema=False)
    async def api(request: Asked) -> Response[str]:
        page = api_page(request.app.openapi_schema.to_schema())
        return printer.page("api", printer.visit(request), page)

    return api
