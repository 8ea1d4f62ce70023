"""Routes of signing in and out, and of making the first user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from vedette.errors import AccessError
from vedette.server.access import people, sessions
from vedette.server.access.admission import admit
from vedette.server.access.first_user import make_first
from vedette.server.access.gate import Gate
from vedette.server.access.oidc import Login
from vedette.server.access.refusals import TooOftenError
from vedette.server.access.shield import Pass
from vedette.server.access.tokens import hashed
from vedette.server.pages.acting import local
from vedette.server.pages.entry import LoginPage, SetupPage
from vedette.server.pages.requests import Reader

Asked = Request[Any, Any, Any]
#: Shows a page: request, name of the template, its model, status.
Show = Callable[[Asked, str, msgspec.Struct, int], Response[Any]]
STATE = "vd_oidc"
T = TypeVar("T")


def entry_routes(gate: Gate, show: Show, login: Login | None = None) -> list[HTTPRouteHandler]:
    """Return the handlers: ``/login``, ``/logout``, ``/setup``, ``/account/password``, and those of the provider."""
    return [*_signing(gate, show, login), *_setup(gate, show), *(_provider(gate, login) if login else [])]


def reader_of(request: Asked) -> Reader:
    """Return who asks, as far as pages care; on a server without accounts they have no name."""
    principal, about = request.user, _pass(request)
    return Reader("" if principal.kind == "anybody" else principal.name, about.role, about.csrf)


def _signing(gate: Gate, show: Show, provider: Login | None) -> list[HTTPRouteHandler]:
    name = provider.provider.name if provider else ""

    @get("/login", include_in_schema=False)
    async def ask(request: Asked) -> Response[Any]:
        if not gate.open and not await _later(gate.any_user):
            return Redirect("/setup", status_code=303)
        after = local(request.query_params.get("next", "/"))
        return show(request, "login", LoginPage(after=after, provider=name), 200)

    @post("/login", include_in_schema=False)
    async def sign_in(request: Asked) -> Response[Any]:
        form = await request.form()
        login, password = _text(form, "name"), _text(form, "password")
        after = local(_text(form, "next") or "/")

        def check() -> str:
            return sessions.sign_in(gate.database, login, password, at=gate.now(), **_about(request))

        try:
            token = await _later(gate.guess, _pass(request).address, check)
        except AccessError as error:
            page = LoginPage(after=after, provider=name, failed=True)
            return _slower(
                show(request, "login", page, 429 if isinstance(error, TooOftenError) else 401), error
            )
        return _entered(request, gate, token, after)

    @post("/logout", include_in_schema=False)
    async def sign_out(request: Asked) -> Response[Any]:
        await _later(_end, gate, _pass(request).session, request.user.name)
        answer = Redirect("/login", status_code=303)
        answer.delete_cookie(sessions.COOKIE)
        return answer

    @post("/account/password", include_in_schema=False)
    async def password(request: Asked) -> Response[Any]:
        form, person = await request.form(), request.user
        await _later(_change_password, gate, person, form, hashed(_pass(request).session))
        return Redirect("/settings", status_code=303)

    return cast("list[HTTPRouteHandler]", [ask, sign_in, sign_out, password])


def _setup(gate: Gate, show: Show) -> list[HTTPRouteHandler]:
    @get("/setup", include_in_schema=False)
    async def ask(request: Asked) -> Response[Any]:
        if await _later(gate.any_user):
            return Redirect("/login", status_code=303)
        return show(request, "setup", SetupPage(token_needed=bool(gate.setup_token)), 200)

    @post("/setup", include_in_schema=False)
    async def make(request: Asked) -> Response[Any]:
        form = await request.form()

        def check() -> str:
            user = make_first(gate, _text(form, "token"), _text(form, "name"), _text(form, "password"))
            with gate.database.write() as tx:
                return sessions.begin(tx, user, at=gate.now(), **_about(request))

        try:
            token = await _later(gate.guess, _pass(request).address, check)
        except AccessError as error:
            problem = f"{error.found}. {error.expected}."
            page = SetupPage(token_needed=bool(gate.setup_token), problem=problem)
            return _slower(
                show(request, "setup", page, 429 if isinstance(error, TooOftenError) else 400), error
            )
        return _entered(request, gate, token, "/")

    return cast("list[HTTPRouteHandler]", [ask, make])


def _provider(gate: Gate, login: Login) -> list[HTTPRouteHandler]:
    def back(request: Asked) -> str:
        address = gate.options.address or str(request.base_url)
        return f"{address.rstrip('/')}/login/oidc/callback"

    @get("/login/oidc", include_in_schema=False)
    async def there(request: Asked) -> Response[Any]:
        after = local(request.query_params.get("next", "/"))
        to, state = await asyncio.to_thread(login.begin, back(request), after, at=gate.now())
        answer = Redirect(to, status_code=303)
        secure = _is_secure(request, gate)
        answer.set_cookie(STATE, state, max_age=600, httponly=True, samesite="lax", secure=secure)
        return answer

    def enter(request: Asked) -> tuple[str, str]:
        query, at = request.query_params, gate.now()
        code, state = str(query.get("code", "")), str(query.get("state", ""))
        who, after = login.finish(back(request), code, state, request.cookies.get(STATE, ""), at=at)
        with gate.database.write() as tx:
            user = admit(tx, who, login.provider, at=at)
            return sessions.begin(tx, user, at=at, **_about(request)), after

    @get("/login/oidc/callback", include_in_schema=False)
    async def again(request: Asked) -> Response[Any]:
        answer = _entered(request, gate, *await _later(enter, request))
        answer.delete_cookie(STATE)
        return answer

    return cast("list[HTTPRouteHandler]", [there, again])


def _entered(request: Asked, gate: Gate, token: str, after: str) -> Response[Any]:
    answer = Redirect(after, status_code=303)
    age, secure = sessions.LONGEST // 1_000_000, _is_secure(request, gate)
    answer.set_cookie(sessions.COOKIE, token, max_age=age, httponly=True, samesite="lax", secure=secure)
    return answer


def _slower(answer: Response[Any], error: AccessError) -> Response[Any]:
    if isinstance(error, TooOftenError):
        answer.set_header("Retry-After", str(error.after))
    return answer


def _end(gate: Gate, token: str, actor: str) -> None:
    if token:
        sessions.sign_out(gate.database, token, at=gate.now(), actor=actor)


def _change_password(gate: Gate, person: Any, form: Any, keep: str) -> None:
    """Change one's own password; the old one is asked again, since the browser may be unattended."""
    if person.user is None:
        raise AccessError(
            f"{person.name} has no password",
            "A person who signed in",
            "Sign in first",
            code="access.unknown-user",
        )
    old, at = _text(form, "old"), gate.now()
    gate.guess(f"user:{person.user}", lambda: sessions.require_password(gate.database, person.user, old))
    people.set_password(
        gate.database, person.user, _text(form, "password"), actor=person.name, at=at, keep=keep
    )


def _pass(request: Asked) -> Pass:
    return cast("Pass", request.auth)


def _is_secure(request: Asked, gate: Gate) -> bool:
    return gate.secure or request.url.scheme == "https"


def _text(form: Any, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _about(request: Asked) -> dict[str, str]:
    return {"agent": request.headers.get("user-agent", ""), "address": _pass(request).address}


async def _later(work: Callable[..., T], *given: Any) -> T:
    """Do what takes time in a thread."""
    return await asyncio.to_thread(work, *given)
