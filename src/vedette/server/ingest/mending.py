"""Routes of the quarantine: refused rows listed, read, mended and fed again, or thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.params import Parameter
from litestar.types import Guard

from vedette.errors import VedetteError
from vedette.server.ingest.answers import Accepted, answer, refused
from vedette.server.ingest.bodies import collected
from vedette.server.ingest.intake import FED_AGAIN, Intake, Receipt
from vedette.server.ingest.json_rows import rows_in
from vedette.server.ingest.refusals import REASONS
from vedette.store import quarantine
from vedette.store.lake import Lake
from vedette.store.names import safe_name

Model = Annotated[str, Parameter(description="Name of the model")]
Key = Annotated[str, Parameter(description="Key of a row, as the listing shows it")]
Count = Annotated[int, Parameter(ge=1, le=1000, description="Rows to show")]
Incoming = Request[Any, Any, Any]


def quarantine_router(
    intake: Intake, lake: Lake, *, readers: Sequence[Guard] = (), menders: Sequence[Guard] = ()
) -> Router:
    """Return the routes of the quarantine; `menders` may also feed rows again and throw them away."""

    @get("/", guards=list(readers), summary="Rows refused, newest first, and how many for each reason")
    async def listing(model: Model, count: Count = 200) -> Response[bytes]:
        return answer(await asyncio.to_thread(overview, lake, safe_name("model", model), count))

    @get("/{key:str}", guards=list(readers), summary="One refused row")
    async def one(model: Model, key: Key) -> Response[bytes]:
        return answer(await asyncio.to_thread(quarantine.find, lake, safe_name("model", model), key))

    @post("/{key:str}", guards=list(menders), status_code=202, summary="Feed a row again, mended by the body")
    async def feed(request: Incoming, model: Model, key: Key) -> Response[bytes]:
        body = await collected(request.stream(), request.headers.get("content-length"), intake.limits.body)
        receipt = await asyncio.to_thread(feed_again, intake, lake, safe_name("model", model), key, body)
        return answer(Accepted(receipt.accepted, receipt.quarantined, duplicate=False), 202)

    @delete("/{key:str}", guards=list(menders), status_code=204, summary="Throw a row away")
    async def discard(model: Model, key: Key) -> None:
        await asyncio.to_thread(quarantine.remove, lake, safe_name("model", model), key)

    return Router(
        "/v1/models/{model:str}/quarantine",
        route_handlers=[listing, one, feed, discard],
        exception_handlers={VedetteError: refused},
        request_max_body_size=None,
        tags=["quarantine"],
    )


def overview(lake: Lake, model: str, count: int) -> dict[str, object]:
    """Return the rows, the count of each reason, and what to do about each."""
    found = quarantine.reasons(lake, model)
    return {
        "reasons": found,
        "fixes": {reason: REASONS.get(reason, "") for reason in found},
        "rows": quarantine.listing(lake, model, count),
    }


def feed_again(intake: Intake, lake: Lake, model: str, key: str, body: bytes = b"") -> Receipt:
    """Send a refused row again, as it was or as `body` has it; it leaves the quarantine once that is durable.

    A row that is refused again takes the place of the first, with its new reason.
    """
    row = quarantine.find(lake, model, key)
    rows = rows_in(body or row.raw.encode())
    receipt = intake.rows(model, row.table, rows, intake.sender(None, FED_AGAIN))
    receipt.stored.result()
    quarantine.remove(lake, model, key)
    return receipt
