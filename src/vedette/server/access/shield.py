"""The shield in front of every route: who asks, whether they may, how often and how much.

It wraps the whole application, so that what no route answers is guarded too. Behind it a request has its
principal in ``scope["user"]`` and its `Pass` in ``scope["auth"]``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

import msgspec

from vedette.errors import VedetteError
from vedette.server.access import forms, sessions
from vedette.server.access.answers import Answer, Headers, encoded, redirect, refusal, sign_in
from vedette.server.access.binding import is_loopback
from vedette.server.access.gate import Gate
from vedette.server.access.policy import SAFE, Need, need
from vedette.server.access.principal import ANYBODY, NOBODY, Principal
from vedette.server.access.refusals import TooOftenError, forbidden, foreign_host, signed_out, too_large
from vedette.server.access.tokens import form_token, fresh
from vedette.store.accounts import Role

App = Callable[[Any, Any, Any], Awaitable[None]]
#: The cookie that stands for a browser before it has signed in.
FORM_COOKIE = "vd_form"
#: Answers of programs keep these; pages bring their own policy, with the nonce of their scripts.
_HEADERS = encoded(
    [
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
)
_HSTS = encoded([("Strict-Transport-Security", "max-age=31536000")])


class Pass(msgspec.Struct, frozen=True):
    """What the shield knows of a request.

    Attributes
    ----------
    csrf : str
        What forms of the answer must carry.
    session : str
        Token of the session; empty for keys and strangers.
    address : str
        Where the request comes from.
    role : Role
        What pages may offer: the role in the project that the request is about, else the highest anywhere.
    """

    csrf: str = ""
    session: str = ""
    address: str = ""
    role: Role = "viewer"


class Shield:
    """An ASGI application that lets through what may pass.

    Parameters
    ----------
    app : ASGI application
        What is behind it.
    gate : Gate
        Accounts, limits and whether everybody must sign in.
    """

    def __init__(self, app: App, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or let the application do it."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        cookies = _cookies(headers.get("cookie", ""))
        address = str((scope.get("client") or ("", 0))[0])
        out = _Out(send, secure=self._gate.secure or scope.get("scheme") == "https")
        try:
            principal = await self._who(headers, cookies, address)
            self._often(principal.name or address)
            session = cookies.get(sessions.COOKIE, "") if principal.kind == "person" else ""
            secret = session or cookies.get(FORM_COOKIE, "") or out.begun(headers)
            wanted = need(scope["method"], scope["path"])
            role = await self._allow(principal, wanted, scope, headers)
            receive = self._bounded(scope["path"], headers, receive)
            if scope["method"] not in SAFE and principal.kind != "key":
                forms.refuse_foreign(headers, self._gate.options.address)
                # Programs on a machine without accounts have no page to take a token from.
                if not (principal.kind == "anybody" and scope["path"].startswith("/v1/")):
                    receive = await forms.require_token(headers, receive, secret)
            scope["user"], scope["auth"] = principal, Pass(form_token(secret), session, address, role)
            await self._app(scope, receive, out)
        except _Elsewhere as way:
            await out.answer(way.answer)
        except VedetteError as error:
            if out.started:
                raise
            after = getattr(error, "after", None)
            await out.answer(refusal(error, [("Retry-After", str(after))] if after else []))

    async def _who(self, headers: dict[str, str], cookies: dict[str, str], address: str) -> Principal:
        """Return who asks: a key is looked at first, then a session; without accounts anybody will do."""
        gate, at = self._gate, self._gate.now()
        words = headers.get("authorization", "").split()
        if words and words[0].lower() == "bearer" and not gate.open:
            known = gate.keys.remembered(words[-1], at=at)
            if known is None:
                self._often(address)
                known = await asyncio.to_thread(gate.keys.who, words[-1], at=at)
            return known
        if gate.open:
            host = headers.get("host", "")
            if host and not is_loopback(host if host.endswith("]") else host.rsplit(":", 1)[0]):
                raise foreign_host(host)  # a name that somebody's name server let point at this machine
            return ANYBODY
        token = cookies.get(sessions.COOKIE)
        if token:
            return await asyncio.to_thread(sessions.who, gate.database, token, at=at) or NOBODY
        return NOBODY

    def _often(self, name: str) -> None:
        wait = self._gate.requests.take(name, time.monotonic())
        if wait:
            raise TooOftenError(wait)

    async def _allow(self, principal: Principal, wanted: Need, scope: Any, headers: dict[str, str]) -> Role:
        """Return the role of somebody who may do what they ask for; refuse everybody else."""
        if wanted.scope is None:
            return principal.role() or "viewer"
        gate = self._gate
        if principal.kind == "nobody":
            page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
            if not page:
                raise signed_out()
            first = not await asyncio.to_thread(gate.any_user)
            query = scope.get("query_string", b"").decode("latin-1")
            raise _Elsewhere(redirect("/setup") if first else sign_in(scope["path"], query))
        if wanted.scope in principal.everywhere:
            return principal.role() or "viewer"
        project = await asyncio.to_thread(gate.project_of, wanted, principal)
        if not principal.may(wanted.scope, project):
            raise forbidden(principal.name, wanted.scope, wanted.model)
        return principal.role(project) or "viewer"

    def _bounded(self, path: str, headers: dict[str, str], receive: Any) -> Any:
        """Return `receive` with a limit, except where bodies have limits of their own."""
        limit = self._gate.options.body
        if path.startswith("/v1/") or path.endswith("/upload"):
            return receive
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced[:18]) > limit:
            raise too_large(limit)
        size = 0

        async def counted() -> Any:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise too_large(limit)
            return message

        return counted


class _Out:
    """The way out: every answer gets the headers that it does not bring itself."""

    def __init__(self, send: Any, *, secure: bool) -> None:
        self._send, self._secure, self.started = send, secure, False
        self._more: Headers = _HEADERS + (_HSTS if secure else [])

    def begun(self, headers: dict[str, str]) -> str:
        """Return a new secret for a browser without one; programs get none."""
        if "text/html" not in headers.get("accept", ""):
            return ""
        secret = fresh()
        cookie = f"{FORM_COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if self._secure else ''}"
        self._more = [*self._more, *encoded([("Set-Cookie", cookie)])]
        return secret

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            brought = {name.lower() for name, _ in message["headers"]} - {b"set-cookie"}
            more = [pair for pair in self._more if pair[0] not in brought]
            message = {**message, "headers": [*message["headers"], *more]}
        await self._send(message)

    async def answer(self, answer: Answer) -> None:
        """Send a whole answer."""
        length = encoded([("Content-Length", str(len(answer.body)))])
        await self(
            {"type": "http.response.start", "status": answer.status, "headers": answer.headers + length}
        )
        await self({"type": "http.response.body", "body": answer.body})


class _Elsewhere(Exception):  # noqa: N818 - a way, not an error
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def _cookies(text: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(text).items()}
    except CookieError:
        return {}
