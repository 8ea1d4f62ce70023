"""From a request to a visit, and from HTML to an answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, Literal

from litestar import Request, Response
from litestar.concurrency import sync_to_thread
from litestar.enums import MediaType

from vedette.server.pages.charts import Shelf
from vedette.server.pages.policy import headers
from vedette.server.pages.render import render
from vedette.server.pages.settings import Role
from vedette.server.pages.visit import Visit, language

#: Cookies that hold what a reader chose.
LANG, THEME = "vd_lang", "vd_theme"
Asked = Request[Any, Any, Any]


class Reader:
    """Who asks: name, role, token of forms, projects they see (None is all); what pages know of `access`."""

    def __init__(
        self, user: str = "", role: Role = "admin", csrf: str = "", projects: frozenset[str] | None = None
    ) -> None:
        self.user, self.role, self.csrf, self.projects = user, role, csrf, projects


def visit_of(request: Asked, reader: Reader) -> Visit:
    """Return the visit of a request."""
    chosen = request.cookies.get(THEME, "")
    theme: Literal["light", "dark", "auto"] = (
        "dark" if chosen == "dark" else "light" if chosen == "light" else "auto"
    )
    return Visit(
        user=reader.user,
        role=reader.role,
        csrf=reader.csrf,
        projects=reader.projects,
        lang=language(request.cookies.get(LANG, ""), request.headers.get("accept-language", "")),
        theme=theme,
        nonce=secrets.token_urlsafe(16),
        path=request.url.path,
        query=request.url.query,
        address=str(request.base_url).rstrip("/"),
    )


class Printer:
    """Makes answers of page models, and remembers their charts."""

    def __init__(self, reader: Callable[[Asked], Reader]) -> None:
        self.shelf = Shelf()
        self._reader = reader

    def visit(self, request: Asked) -> Visit:
        """Return who asks and how they want it."""
        return visit_of(request, self._reader(request))

    async def show(
        self, template: str, visit: Visit, ask: Callable[..., Any], *given: Any, **more: Any
    ) -> Response[str]:
        """Ask for a page model and return its page; both in a thread, so that nobody else waits."""
        return await sync_to_thread(lambda: self.page(template, visit, ask(visit, *given), **more))

    def page(self, template: str, visit: Visit, model: Any, status: int = 200, **more: Any) -> Response[str]:
        """Return a page; without a model the page that says there is nothing here."""
        if model is None:
            template, status = "missing", 404
        html = render(template, visit, model, self.shelf, **more)
        return Response(
            html, media_type=MediaType.HTML, status_code=status, headers=dict(headers(visit.nonce))
        )


def part(values: Mapping[str, Any], name: str, default: str = "") -> str:
    """Return one value of a form or a query as text."""
    value = values.get(name, default)
    return value if isinstance(value, str) else default


def count(values: Mapping[str, Any], name: str) -> int:
    """Return a page number, 1 where it is none."""
    text = part(values, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
