"""The web application of a station: every route behind the shield."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, Response
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

import vedette
from vedette.server.access.api import access_api
from vedette.server.access.oidc import Login
from vedette.server.access.principal import Principal
from vedette.server.access.routes import entry_routes
from vedette.server.access.shield import Pass, Shield
from vedette.server.api.routes import api_router
from vedette.server.operations.routes import operation_routes
from vedette.server.pages.requests import Asked, Printer, Reader
from vedette.server.pages.routes import page_routes
from vedette.server.refusing import handlers
from vedette.server.showing.deeds import StoreDeeds
from vedette.server.showing.pages import StorePages
from vedette.server.station import Station


def application(station: Station) -> Shield:
    """Return the ASGI application of a station that was not started yet; it starts and stops with it."""
    printer = Printer(reader)

    def show(request: Request[Any, Any, Any], template: str, model: Any, status: int) -> Response[Any]:
        return printer.page(template, printer.visit(request), model, status)

    provider = station.settings.provider
    login = Login(provider) if provider else None
    app = Litestar(
        [
            *station.ingest.routers(),
            api_router(station.desk),
            *operation_routes(station.database, station.tickers, stopping=lambda: station.stopping),
            *access_api(station.gate),
            *entry_routes(station.gate, show, login),
            *page_routes(StorePages(station), StoreDeeds(station), reader),
        ],
        # Rendered by `pages.api`: the usual pages of OpenAPI load their scripts from elsewhere.
        openapi_config=OpenAPIConfig(
            # Everything below this path answers with a page of its own: it must be the document and nothing else.
            "vedette",
            vedette.__version__,
            path="/v1/openapi.json",
            render_plugins=[JsonRenderPlugin(path="/")],
        ),
        exception_handlers=handlers(show),
        on_startup=[station.start],
        on_shutdown=[station.stop],
        logging_config=None,
    )
    return Shield(app, station.gate)


def reader(request: Asked) -> Reader:
    """Return who asks, as pages know them; on a server without accounts they have no name."""
    person, passed = request.scope.get("user"), request.scope.get("auth")
    if person is None or not isinstance(passed, Pass):
        return Reader(role="viewer", projects=frozenset())
    name = "" if person.kind == "anybody" else person.name
    return Reader(name, passed.role, passed.csrf, seen(person))


def seen(person: Principal) -> frozenset[str] | None:
    """Return the projects whose models somebody may look at; None is all."""
    if "read" in person.everywhere:
        return None
    return frozenset(project for project in person.projects if person.sees(project))
