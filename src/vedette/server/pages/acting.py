"""Routes that do something: forms of pages, each answered by the page it came from."""

from __future__ import annotations

from typing import cast

import msgspec
from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from vedette.server.pages.addresses import name_of
from vedette.server.pages.incident import DEEDS
from vedette.server.pages.parts import Notice
from vedette.server.pages.protocol import Deeds, Pages
from vedette.server.pages.requests import LANG, THEME, Asked, Printer, part
from vedette.server.pages.settings import Role, SettingsPage
from vedette.server.pages.visit import Visit
from vedette.views.words import LANGS

#: What `Deeds.setting` changes.
SETTINGS = ("add-user", "remove-user", "add-key", "revoke-key", "add-sink", "remove-sink", "test-sink")
_YEAR = 365 * 86_400


def acting_routes(pages: Pages, deeds: Deeds, printer: Printer) -> list[HTTPRouteHandler]:
    """Return the handlers of all forms."""
    return [*_incident(pages, deeds, printer), *_data(pages, deeds, printer), *_monitor(pages, deeds, printer),
            *_settings(pages, deeds, printer), _preferences()]  # fmt: skip


def allowed(printer: Printer, request: Asked, role: Role) -> Visit:
    """Return the visit of somebody who has the role; anybody else is refused."""
    visit = printer.visit(request)
    if not visit.may(role):
        raise PermissionDeniedException(role)
    return visit


def local(address: str) -> str:
    """Return an address of this server, or the first page when it leads elsewhere.

    Examples
    --------
    >>> local("/models/a?page=2"), local("//evil.example"), local("https://evil.example")
    ('/models/a?page=2', '/', '/')
    """
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else "/"


def _incident(pages: Pages, deeds: Deeds, printer: Printer) -> list[HTTPRouteHandler]:
    @post("/incidents/{number:int}", status_code=200, include_in_schema=False)
    async def incident(request: Asked, number: FromPath[int]) -> Response[str]:
        visit, form = allowed(printer, request, "editor"), await request.form()
        deed = next((known for known in DEEDS if known == part(form, "deed")), None)
        notice = (
            await sync_to_thread(deeds.incident, visit, number, deed, part(form, "value")[:5000])
            if deed
            else None
        )
        return await printer.show("incident", visit, pages.incident, number, notice=notice)

    @post("/models/{name:str}/acknowledge", status_code=200, include_in_schema=False)
    async def acknowledge(request: Asked, name: FromPath[str]) -> Response[str]:
        name = name_of(name)
        visit = allowed(printer, request, "editor")
        notice = await sync_to_thread(deeds.acknowledge_all, visit, name)
        return await printer.show("model", visit, pages.model, name, "", "30d", "", notice=notice)

    return cast("list[HTTPRouteHandler]", [incident, acknowledge])


def _data(pages: Pages, deeds: Deeds, printer: Printer) -> list[HTTPRouteHandler]:
    @post("/models/{name:str}/data", status_code=200, include_in_schema=False)
    async def quarantine(request: Asked, name: FromPath[str]) -> Response[str]:
        name = name_of(name)
        visit, form = allowed(printer, request, "editor"), await request.form()
        keys = tuple(str(key) for key in form.getall("key", []))
        deed = deeds.discard if part(form, "deed") == "discard" else deeds.refeed
        notice = await sync_to_thread(deed, visit, name, keys) if keys else None
        return await printer.show("data", visit, pages.data, name, 1, notice=notice)

    @post("/models/{name:str}/upload", status_code=200, include_in_schema=False)
    async def upload(request: Asked, name: FromPath[str]) -> Response[str]:
        name = name_of(name)
        visit, form = allowed(printer, request, "editor"), await request.form()
        file, notice = form.get("file"), None
        if isinstance(file, UploadFile):
            kind, body = part(form, "kind", "labels"), await file.read()
            notice = await sync_to_thread(deeds.upload, visit, name, kind, file.filename, body)
        return await printer.show("data", visit, pages.data, name, 1, notice=notice)

    return cast("list[HTTPRouteHandler]", [quarantine, upload])


def _monitor(pages: Pages, deeds: Deeds, printer: Printer) -> list[HTTPRouteHandler]:
    @post("/models/{name:str}/monitor/check", status_code=200, include_in_schema=False)
    async def check(request: Asked, name: FromPath[str]) -> Response[bytes]:
        name = name_of(name)
        visit, asked = allowed(printer, request, "viewer"), await request.json()
        changes = {str(key): str(value) for key, value in asked.get("changes", {}).items()}
        return _json(await sync_to_thread(deeds.check, visit, name, part(asked, "toml"), changes))

    @post("/models/{name:str}/monitor/preview", status_code=200, include_in_schema=False)
    async def preview(request: Asked, name: FromPath[str]) -> Response[bytes]:
        name = name_of(name)
        visit, asked = allowed(printer, request, "viewer"), await request.json()
        return _json(await sync_to_thread(deeds.preview, visit, name, part(asked, "toml")))

    @post("/models/{name:str}/monitor", status_code=200, include_in_schema=False)
    async def save(request: Asked, name: FromPath[str]) -> Response[str]:
        name = name_of(name)
        visit, form = allowed(printer, request, "editor"), await request.form()
        notice = await sync_to_thread(deeds.save, visit, name, part(form, "toml"))
        return await printer.show("monitor", visit, pages.monitor, name, notice=notice)

    return cast("list[HTTPRouteHandler]", [check, preview, save])


def _settings(pages: Pages, deeds: Deeds, printer: Printer) -> list[HTTPRouteHandler]:
    @post("/settings", status_code=200, include_in_schema=False)
    async def settings(request: Asked) -> Response[str]:
        visit, form = allowed(printer, request, "admin"), await request.form()
        values = {key: part(form, key) for key in form if key not in ("_csrf", "deed")}
        notice: Notice | None = None
        secret = ""
        if (what := part(form, "deed")) in SETTINGS:
            notice, secret = await sync_to_thread(deeds.setting, visit, what, values)

        def page(visit: Visit) -> SettingsPage:
            return msgspec.structs.replace(pages.settings(visit), secret=secret)

        return await printer.show("settings", visit, page, notice=notice)

    return cast("list[HTTPRouteHandler]", [settings])


def _preferences() -> HTTPRouteHandler:
    @post("/preferences", include_in_schema=False)
    async def preferences(request: Asked) -> Redirect:
        form = await request.form()
        answer = Redirect(local(part(form, "next", "/")), status_code=303)
        if part(form, "lang") in LANGS:
            answer.set_cookie(LANG, part(form, "lang"), max_age=_YEAR, httponly=True, samesite="lax")
        if part(form, "theme") in ("light", "dark", "auto"):
            # The script that turns a page dark at once writes this one, so scripts may see it.
            answer.set_cookie(THEME, part(form, "theme"), max_age=_YEAR, samesite="lax")
        return answer

    return preferences


def _json(value: msgspec.Struct) -> Response[bytes]:
    return Response(
        msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"}
    )
