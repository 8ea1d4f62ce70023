"""The routes of the API: what programs read and change, each with its page in the OpenAPI description."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter
from litestar.types import Guard

from vedette.diagnosis.words import Lang
from vedette.errors import VedetteError
from vedette.server.api import changing, reading
from vedette.server.api.desk import Desk
from vedette.server.evaluation.baselines import Origin
from vedette.server.ingest.answers import answer, refused

Incoming = Request[Any, Any, Any]
T = TypeVar("T")
Points = Annotated[int, QueryParameter(ge=4, le=20_000, description="Most points to return")]
Limit = Annotated[int, QueryParameter(ge=1, le=1000)]
Number = Annotated[int | None, QueryParameter(ge=0, le=2**62)]
Micros = Annotated[
    int | None, QueryParameter(ge=-(2**62), le=2**62, description="Microseconds since the epoch")
]
Name = FromPath[str]
Word = FromQuery[str]
Language = FromQuery[Lang]


class BaselineOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows become the reference: those a version logged between two instants, or an uploaded file's.

    `for_version` keeps the baseline to one version; without it, it is that of the whole model.
    """

    kind: Literal["log", "file"]
    version: str = ""
    start: int = 0
    end: int = 0
    name: str = ""
    for_version: str | None = None


class DeployOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was deployed: a version of the model, or something else that `note` says.

    `time` is ISO 8601, in UTC unless it has a zone; now without it.
    """

    version: Annotated[str, msgspec.Meta(max_length=200)] = ""
    time: Annotated[str, msgspec.Meta(max_length=40)] = ""
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


def api_router(desk: Desk, *, guards: Sequence[Guard] = ()) -> Router:
    """Return the routes below ``/v1`` that read and change what is watched."""
    return Router(
        "/v1",
        route_handlers=[*_reading(desk), *_side_by_side(desk), *_incidents(desk), *_monitors(desk)],
        guards=list(guards),
        exception_handlers={VedetteError: refused},
    )


def _reading(desk: Desk) -> list[Any]:
    @get("/models", summary="Every model with its health", tags=["models"])
    async def models(request: Incoming, lang: Language = "en") -> Response[bytes]:
        return await _told(lambda: reading.all_models(desk, lang, _may_see(request)))

    @get("/models/{model:str}", summary="One model with its versions, deploys and baselines", tags=["models"])
    async def model_(model: Name, lang: Language = "en") -> Response[bytes]:
        return await _told(lambda: reading.one_model(desk, model, lang))

    @get("/models/{model:str}/windows", summary="Its windows, rows and label coverage", tags=["models"])
    async def windows(
        model: Name, version: Word = "", start: Micros = None, end: Micros = None
    ) -> Response[bytes]:
        return await _told(lambda: reading.all_windows(desk, model, version, start, end))

    @get("/models/{model:str}/series", summary="Which series there are", tags=["series"])
    async def catalogue(model: Name, version: Word = "") -> Response[bytes]:
        return await _told(lambda: reading.all_series(desk, model, version))

    @get("/models/{model:str}/series/{metric:str}", summary="A metric over time, thinned", tags=["series"])
    async def one(
        model: Name,
        metric: Name,
        version: Word = "",
        column: Word = "",
        segment: Word = "",
        start: Micros = None,
        end: Micros = None,
        points: Points = 1000,
    ) -> Response[bytes]:
        return await _told(
            lambda: reading.one_series(
                desk,
                model,
                metric,
                version=version,
                column=column,
                segment=segment,
                start=start,
                end=end,
                points=points,
            )
        )

    return [models, model_, windows, catalogue, one]


def _side_by_side(desk: Desk) -> list[Any]:
    @get("/models/{model:str}/compare", summary="Two versions on the windows they share", tags=["models"])
    async def compare(
        model: Name, champion: Word, challenger: Word, start: Micros = None, end: Micros = None
    ) -> Response[bytes]:
        return await _told(
            lambda: reading.versions_side_by_side(desk, model, champion, challenger, start, end)
        )

    @get("/models/{model:str}/report.html", summary="The report as one page", tags=["models"])
    async def html(
        model: Name, version: Word = "", start: Micros = None, end: Micros = None, lang: Language = "en"
    ) -> Response[str]:
        def made() -> str:
            return str(reading.report(desk, model, version, start, end).to_html(lang=lang))

        return Response(await asyncio.to_thread(made), media_type="text/html")

    return [compare, html]


def _incidents(desk: Desk) -> list[Any]:
    @get("/incidents", summary="Incidents, newest first", tags=["incidents"])
    async def incidents(
        request: Incoming,
        model: FromQuery[str | None] = None,
        only: FromQuery[Literal["open", "acknowledged", "muted", "resolved"] | None] = None,
        limit: Limit = 100,
        before: Number = None,
        lang: Language = "en",
    ) -> Response[bytes]:
        states = (only,) if only else ("open", "acknowledged", "muted")
        may = _may_see(request)
        return await _told(lambda: reading.all_incidents(desk, model, states, limit, before, lang, may))

    @get("/incidents/{number:int}", summary="One incident with all that happened to it", tags=["incidents"])
    async def incident(
        number: Annotated[int, PathParameter(ge=0, le=2**62)], lang: Language = "en"
    ) -> Response[bytes]:
        return await _told(lambda: reading.one_incident(desk, number, lang))

    return [incidents, incident]


def _monitors(desk: Desk) -> list[Any]:
    @get("/models/{model:str}/monitor", summary="The monitor in force", tags=["monitors"])
    async def current(model: Name) -> Response[bytes]:
        return await _told(lambda: changing.current(desk, model))

    @get("/models/{model:str}/monitor/revisions", summary="Every revision, newest first", tags=["monitors"])
    async def revisions(model: Name) -> Response[bytes]:
        return await _told(lambda: changing.history(desk, model))

    @get("/models/{model:str}/monitor/suggestion", summary="A monitor made from the log", tags=["monitors"])
    async def suggestion(model: Name, version: Word = "") -> Response[bytes]:
        return await _told(lambda: {"toml": changing.suggestion(desk, model, version).to_toml()})

    @post(
        "/models/{model:str}/monitor/plan",
        status_code=200,
        summary="What a monitor would change",
        tags=["monitors"],
    )
    async def plan(request: Incoming, model: Name, lang: Language = "en") -> Response[bytes]:
        toml = await _text(request)

        def planned() -> Any:
            found = changing.plan(desk, model, toml)
            return {**msgspec.to_builtins(found), "sentence": found.in_words(lang)}

        return await _told(planned)

    @put("/models/{model:str}/monitor", summary="Put a monitor in force", tags=["monitors"])
    async def apply(request: Incoming, model: Name) -> Response[bytes]:
        toml, author = await _text(request), _author(request)
        return await _told(lambda: changing.apply(desk, model, toml, author))

    @post("/models/{model:str}/deploys", status_code=201, summary="Tell of a deploy", tags=["models"])
    async def deploy(request: Incoming, model: Name, data: JSONBody[DeployOrder]) -> Response[bytes]:
        author = _author(request)
        told = data.version, data.time, data.note
        return await _told(lambda: changing.deploy(desk, model, *told, author=author), 201)

    @post("/models/{model:str}/baselines", status_code=201, summary="Make a reference", tags=["monitors"])
    async def baseline(request: Incoming, model: Name, data: JSONBody[BaselineOrder]) -> Response[bytes]:
        author, origin = _author(request), Origin(data.kind, data.version, data.start, data.end, data.name)
        return await _told(lambda: changing.refer(desk, model, origin, author, data.for_version), 201)

    return [current, revisions, suggestion, plan, apply, deploy, baseline]


async def _told(work: Callable[[], T], status: int = 200) -> Response[bytes]:
    """Answer with what some work in a thread returns."""
    found = await asyncio.to_thread(work)
    return answer(reading.nulls(msgspec.to_builtins(found)), status)


async def _text(request: Incoming) -> str:
    """Return a monitor from the body: TOML as it is, or JSON with a key ``toml``."""
    body = (await request.body()).decode("utf-8", "replace")
    if "json" in request.headers.get("content-type", ""):
        try:
            return msgspec.json.decode(body, type=dict[str, str]).get("toml", "")
        except msgspec.MsgspecError:
            return body
    return body


def _author(request: Incoming) -> str:
    return getattr(request.scope.get("user"), "name", "") or "anybody"


def _may_see(request: Incoming) -> reading.May:
    principal = request.scope.get("user")
    if principal is None:
        return reading.everything
    return lambda project: bool(principal.may("read", project))
