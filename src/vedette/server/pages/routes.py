"""All routes of the pages."""

from __future__ import annotations

from collections.abc import Callable

from litestar.handlers import HTTPRouteHandler

from vedette.server.pages.acting import acting_routes
from vedette.server.pages.api import api_route
from vedette.server.pages.protocol import Deeds, Pages
from vedette.server.pages.reading import reading_routes
from vedette.server.pages.requests import Asked, Printer, Reader
from vedette.server.pages.serving import serving_routes


def page_routes(pages: Pages, deeds: Deeds, reader: Callable[[Asked], Reader]) -> list[HTTPRouteHandler]:
    """Return the handlers of the web pages.

    Parameters
    ----------
    pages : Pages
        Where page models come from.
    deeds : Deeds
        Who does what forms ask for.
    reader : callable
        Tells who sends a request; refusing strangers, and forms without their token, is a middleware's work.
    """
    printer = Printer(reader)
    return [
        *reading_routes(pages, printer),
        *acting_routes(pages, deeds, printer),
        *serving_routes(pages, printer),
        api_route(printer),
    ]
