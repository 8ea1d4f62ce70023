"""A server with the shield before it, and browsers and programs that call it."""

import asyncio
import re

import httpx
import msgspec
import pytest
from argon2 import PasswordHasher
from litestar import Litestar, MediaType, Request, Response, get, post

from vedette.errors import VedetteError
from vedette.server.access import passwords
from vedette.server.access.answers import refusal
from vedette.server.access.api import access_api
from vedette.server.access.gate import Gate, Options
from vedette.server.access.routes import entry_routes, reader_of
from vedette.server.access.shield import Shield
from vedette.store.database import Database

PASSWORD = "correct horse battery"
SECOND = 1_000_000


def show(request, name, model, status):
    """Stands in for the templates: the token and what the page was given."""
    body = f'{name}|<input name="_csrf" value="{request.auth.csrf}">|{msgspec.json.encode(model).decode()}'
    return Response(body, media_type=MediaType.HTML, status_code=status)


@get(["/", "/models/{name:str}", "/v1/models/{name:str}", "/settings", "/incidents/{number:int}"])
async def page(request: Request) -> Response:
    body = f'hello {request.user.name} <input name="_csrf" value="{request.auth.csrf}">'
    return Response(body, media_type=MediaType.HTML)


@post(
    [
        "/models/{name:str}/monitor",
        "/settings",
        "/models/{name:str}/upload",
        "/v1/models/{name:str}/predictions",
    ]
)
async def deed(request: Request) -> str:
    return f"{request.user.name} sent {len(await request.body())}"


@get(["/whoami/models", "/models/{name:str}/who"])
async def whoami(request: Request) -> list[str]:
    reader = reader_of(request)
    return [reader.user, reader.role]


@get("/health")
async def health() -> str:
    return "ok"


def refused(_request, error):
    answer = refusal(error)
    return Response(answer.body, status_code=answer.status, media_type=MediaType.JSON)


class Server:
    """The application, its clock and its gate."""

    def __init__(self, database, **options):
        login = options.pop("login", None)
        self.clock = 1_000 * SECOND
        open_to_all = options.pop("open_to_all", False)
        self.gate = Gate(
            database, open_to_all=open_to_all, options=Options(**options), clock=lambda: self.clock
        )
        routes = [page, deed, health, whoami, *entry_routes(self.gate, show, login), *access_api(self.gate)]
        app = Litestar(routes, exception_handlers={VedetteError: refused}, openapi_config=None)
        self.app = Shield(app, self.gate)

    def browser(self, **options):
        return Client(self.app, headers={"Accept": "text/html"}, **options)

    def program(self, key="", **options):
        return Client(self.app, headers={"Authorization": f"Bearer {key}"} if key else {}, **options)


class Client:
    """A client with cookies; each call is one request, redirects are not followed."""

    def __init__(self, app, headers, base="http://testserver", address="203.0.113.5"):
        self.app, self.headers, self.base, self.address = app, headers, base, address
        self.cookies = httpx.Cookies()

    def call(self, method, path, **more):
        async def request():
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=True, client=(self.address, 1))
            async with httpx.AsyncClient(
                transport=transport, base_url=self.base, headers=self.headers, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(request())

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, **more):
        return self.call("POST", path, **more)

    def form(self, path, page="/login", **fields):
        """Load a page and send its form."""
        token = re.search(r'value="([0-9a-f]+)"', self.get(page).text)[1]
        return self.post(path, data={"_csrf": token, **fields})

    def sign_in(self, name="ada", password=PASSWORD):
        return self.form("/login", name=name, password=password, next="/models/flights")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch):
    """Argon2 with little work: what is tested is who gets in, not how slowly."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def database(tmp_path):
    opened = Database(tmp_path / "meta.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def server(database):
    return Server(database)


@pytest.fixture
def make_server(database):
    return lambda **options: Server(database, **options)
