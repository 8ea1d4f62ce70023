"""Routes for what pages fetch: assets, charts, search, whether something is new."""

from __future__ import annotations

from typing import Any, cast

import msgspec
from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from vedette.server.pages import assets
from vedette.server.pages.protocol import Pages
from vedette.server.pages.requests import Asked, Printer, part

_FOREVER = "public, max-age=31536000, immutable"
_PRIVATE = "private, max-age=86400, immutable"


def serving_routes(pages: Pages, printer: Printer) -> list[HTTPRouteHandler]:
    """Return the handlers of what is no page."""

    @get("/assets/{version:str}/{name:str}", include_in_schema=False)
    async def asset(version: FromPath[str], name: FromPath[str]) -> Response[Any]:
        found = await sync_to_thread(assets.packed, name)
        if found is None:
            return Response(b"", status_code=404, media_type="text/plain")
        # An old page may still ask under an old address: it gets the file, but must not keep it.
        keep = _FOREVER if version == assets.version() else "no-store"
        headers = {
            "Cache-Control": keep,
            "Content-Encoding": "gzip",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found[0], media_type=found[1], headers=headers)

    @get("/charts/{key:str}", include_in_schema=False)
    async def chart(request: Asked, key: FromPath[str]) -> Response[bytes]:
        found = await sync_to_thread(printer.shelf.specification, key)
        if found is None:
            return Response(b"{}", status_code=404, media_type="application/json")
        return Response(found, media_type="application/json", headers={"Cache-Control": _PRIVATE})

    @get("/search", include_in_schema=False)
    async def search(request: Asked) -> Response[bytes]:
        words = part(request.query_params, "q")[:200]
        hits = await sync_to_thread(pages.search, printer.visit(request), words)
        return Response(msgspec.json.encode(hits), media_type="application/json")

    @get("/pulse", include_in_schema=False)
    async def pulse(request: Asked) -> Response[str]:
        model = part(request.query_params, "model")
        text = await sync_to_thread(pages.pulse, printer.visit(request), model)
        return Response(text, media_type="text/plain", headers={"Cache-Control": "no-store"})

    return cast("list[HTTPRouteHandler]", [asset, chart, search, pulse])
