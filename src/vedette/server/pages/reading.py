"""Routes that show pages."""

from __future__ import annotations

from typing import Any, cast

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from vedette.server.pages.addresses import name_of
from vedette.server.pages.fleet import SHOWN, SORTS, FleetQuery
from vedette.server.pages.protocol import Pages
from vedette.server.pages.requests import Asked, Printer, count, part
from vedette.server.pages.segments import SegmentQuery

#: Periods that a page can show.
SPANS = ("7d", "30d", "90d", "all")


def reading_routes(pages: Pages, printer: Printer) -> list[HTTPRouteHandler]:
    """Return the handlers of all pages that only show something; those for signing in belong to `access`."""
    return [*_overview(pages, printer), *_of_model(pages, printer)]


def fleet_query(values: Any) -> FleetQuery:
    """Return what a URL asks of the fleet; what makes no sense in it is left out.

    Examples
    --------
    >>> fleet_query({"sort": "-volume", "level": "act", "page": "2", "span": "9y"}).sort
    'volume'
    """
    sort = part(values, "sort", "health")
    level = part(values, "level")
    return FleetQuery(
        search=part(values, "q")[:200],
        level=next((known for known in SHOWN if known == level), None),
        sort=next((known for known in SORTS if known == sort.removeprefix("-")), "health"),
        descending=sort.startswith("-"),
        page=count(values, "page"),
        span=span(values),
    )


def span(values: Any) -> str:
    """Return the period that a URL asks for."""
    wanted = part(values, "span", "30d")
    return wanted if wanted in SPANS else "30d"


def _overview(pages: Pages, printer: Printer) -> list[HTTPRouteHandler]:
    @get("/", include_in_schema=False)
    async def fleet(request: Asked) -> Response[str]:
        query = fleet_query(request.query_params)
        return await printer.show("fleet", printer.visit(request), pages.fleet, query)

    @get("/incidents/{number:int}", include_in_schema=False)
    async def incident(request: Asked, number: FromPath[int]) -> Response[str]:
        return await printer.show("incident", printer.visit(request), pages.incident, number)

    @get("/training", include_in_schema=False)
    async def training(request: Asked) -> Response[str]:
        return await printer.show("training", printer.visit(request), pages.training)

    @get("/settings", include_in_schema=False)
    async def settings(request: Asked) -> Response[str]:
        return await printer.show("settings", printer.visit(request), pages.settings)

    return cast("list[HTTPRouteHandler]", [fleet, incident, training, settings])


def _of_model(pages: Pages, printer: Printer) -> list[HTTPRouteHandler]:
    @get("/models/{name:str}", include_in_schema=False)
    async def model(request: Asked, name: FromPath[str]) -> Response[str]:
        visit, asked = printer.visit(request), request.query_params
        given = (name_of(name), part(asked, "version"), span(asked), part(asked, "metric"))
        return await printer.show("model", visit, pages.model, *given)

    @get("/models/{name:str}/features/{column:str}", include_in_schema=False)
    async def feature(request: Asked, name: FromPath[str], column: FromPath[str]) -> Response[str]:
        visit, asked = printer.visit(request), request.query_params
        given = (name_of(name), name_of(column), part(asked, "version"), span(asked))
        return await printer.show("feature", visit, pages.feature, *given)

    @get("/models/{name:str}/segments", include_in_schema=False)
    async def segments(request: Asked, name: FromPath[str]) -> Response[str]:
        visit, asked = printer.visit(request), request.query_params
        query = SegmentQuery(
            dimension=part(asked, "dimension"),
            metric=part(asked, "metric"),
            sort=part(asked, "sort", "worst"),
            page=count(asked, "page"),
            span=span(asked),
        )
        given = (name_of(name), part(asked, "version"), query)
        return await printer.show("segments", visit, pages.segments, *given)

    @get("/models/{name:str}/versions", include_in_schema=False)
    async def versions(request: Asked, name: FromPath[str]) -> Response[str]:
        visit, asked = printer.visit(request), request.query_params
        given = (name_of(name), part(asked, "a"), part(asked, "b"), span(asked))
        return await printer.show("versions", visit, pages.versions, *given)

    @get("/models/{name:str}/data", include_in_schema=False)
    async def data(request: Asked, name: FromPath[str]) -> Response[str]:
        page = count(request.query_params, "page")
        return await printer.show("data", printer.visit(request), pages.data, name_of(name), page)

    @get("/models/{name:str}/monitor", include_in_schema=False)
    async def monitor(request: Asked, name: FromPath[str]) -> Response[str]:
        return await printer.show("monitor", printer.visit(request), pages.monitor, name_of(name))

    @get("/models/{name:str}/monitor.toml", include_in_schema=False)
    async def toml(request: Asked, name: FromPath[str]) -> Response[str]:
        found = await sync_to_thread(pages.monitor, printer.visit(request), name_of(name))
        headers = {"Content-Disposition": 'attachment; filename="monitor.toml"', "Cache-Control": "no-store"}
        if found is None:
            return Response("", status_code=404, media_type="text/plain")
        return Response(found.check.toml, media_type="application/toml", headers=headers)

    return cast("list[HTTPRouteHandler]", [model, feature, segments, versions, data, monitor, toml])
