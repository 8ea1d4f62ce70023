"""Routes that take rows, files and events in."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.params import Parameter
from litestar.types import Guard

from vedette.errors import DataError, VedetteError
from vedette.server.ingest.answers import Accepted, answer, refused
from vedette.server.ingest.bodies import collected, decoded
from vedette.server.ingest.events import half_of
from vedette.server.ingest.homes import Homes
from vedette.server.ingest.intake import KSERVE, UPLOAD, Intake, Receipt, Sender
from vedette.server.ingest.references import References
from vedette.server.ingest.uploads import table_of_file
from vedette.store.names import safe_name

Incoming = Request[Any, Any, Any]
Model = Annotated[str, Parameter(description="Name of the model: letters, digits, '.', '_', '-'")]
Kind = Annotated[str, Parameter(description="predictions, labels, feedback or reference")]
_ARROW = "application/vnd.apache.arrow.stream"
#: Bodies up to this many bytes are parsed at once; longer ones in a thread, so that others need not wait.
INLINE_BYTES = 32_768


def ingest_router(
    intake: Intake, references: References, *, homes: Homes | None = None, guards: Sequence[Guard] = ()
) -> Router:
    """Return the routes that take things in.

    Parameters
    ----------
    intake : Intake
        Takes rows into the spool.
    references : References
        Keeps uploaded reference rows.
    homes : Homes, optional
        Puts new models into the project of their sender.
    guards : sequence of guard
        Who may send; each sees the connection and its path parameters.
    """
    handlers = _Handlers(intake, references, homes)
    return Router(
        "/v1",
        route_handlers=[*handlers.tables(), handlers.profiles(), handlers.upload(), handlers.kserve()],
        guards=list(guards),
        exception_handlers={VedetteError: refused},
        request_max_body_size=None,  # `collected` keeps the limit, and says so in the shape of our errors
        tags=["ingest"],
    )


class _Handlers:
    def __init__(self, intake: Intake, references: References, homes: Homes | None) -> None:
        self.intake, self.references, self.homes = intake, references, homes

    def tables(self) -> list[Any]:
        """One route for each table, so that each has its page in the API."""

        @post("/models/{model:str}/predictions", status_code=202, summary="Log predictions")
        async def predictions(request: Incoming, model: Model) -> Response[bytes]:
            return await self.rows(request, model, "predictions")

        @post("/models/{model:str}/labels", status_code=202, summary="Send labels, whenever they are known")
        async def labels(request: Incoming, model: Model) -> Response[bytes]:
            return await self.rows(request, model, "labels")

        @post(
            "/models/{model:str}/feedback", status_code=202, summary="Send what people said of a prediction"
        )
        async def feedback(request: Incoming, model: Model) -> Response[bytes]:
            return await self.rows(request, model, "feedback")

        return [predictions, labels, feedback]

    def profiles(self) -> Any:
        """Return the route of summaries."""

        @post("/models/{model:str}/profiles", status_code=202, summary="Send summaries instead of rows")
        async def profiles(request: Incoming, model: Model) -> Response[bytes]:
            sender = self.intake.sender(request.headers.get("idempotency-key"))
            body = await self.body(request, self.intake.limits.body)
            return await self.acknowledged(request, model, self.intake.profile(model, body, sender))

        return profiles

    def upload(self) -> Any:
        """Return the route of files."""

        @post("/models/{model:str}/upload", status_code=202, summary="Upload a CSV or Parquet file")
        async def upload(request: Incoming, model: Model, kind: Kind = "predictions") -> Response[bytes]:
            safe_name("model", model)
            sender = self.intake.sender(request.headers.get("idempotency-key"), UPLOAD)
            body = await self.body(request, self.intake.limits.upload)
            if kind == "reference":
                kept = await asyncio.to_thread(self.reference, model, body)
                await self.settle(request, model)
                return answer(kept, 202)
            receipt = await asyncio.to_thread(self.file, model, kind, body, sender)
            return await self.acknowledged(request, model, receipt)

        return upload

    def kserve(self) -> Any:
        """Return the route of KServe's logger, which takes nothing but 200 for success."""

        @post("/ingest/kserve", status_code=200, summary="CloudEvents of KServe's inference logger")
        async def kserve(request: Incoming) -> Response[bytes]:
            body = await self.body(request, self.intake.limits.body)
            half = half_of({name.lower(): value for name, value in request.headers.items()}, body)
            # Its address names no model that the shield could look at.
            await self.settle(request, half.model, looked=False)
            stored = self.intake.half(half.model, msgspec.msgpack.encode(half), KSERVE)
            await asyncio.wrap_future(stored)
            return answer(Accepted(1, 0, duplicate=False))

        return kserve

    async def rows(self, request: Incoming, model: str, table: str) -> Response[bytes]:
        """Take rows of one table, JSON or Arrow."""
        sender = self.intake.sender(request.headers.get("idempotency-key"))
        body = await self.body(request, self.intake.limits.body)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == _ARROW:
            take = self.intake.arrow
        elif kind in ("application/json", "text/json", "text/plain", "application/x-www-form-urlencoded", ""):
            take = self.intake.json  # what curl says when nobody told it what it sends
        else:
            raise unknown_type(kind)
        if len(body) <= INLINE_BYTES:
            return await self.acknowledged(request, model, take(model, table, body, sender))
        receipt = await asyncio.to_thread(take, model, table, body, sender)
        return await self.acknowledged(request, model, receipt)

    async def acknowledged(self, request: Incoming, model: str, receipt: Receipt) -> Response[bytes]:
        """Answer once the rows are durable."""
        await self.settle(request, model)
        if await asyncio.wrap_future(receipt.stored):
            return answer(Accepted(receipt.accepted, receipt.quarantined, duplicate=False), 202)
        return answer(Accepted(0, 0, duplicate=True), 202)

    async def settle(self, request: Incoming, model: str, *, looked: bool = True) -> None:
        """Put a new model where its sender is at home; refuse who may not send to it, unless the shield `looked`."""
        principal = request.scope.get("user")
        if self.homes is not None and self.homes.concerned(principal, model, looked=looked):
            await asyncio.to_thread(self.homes.settle, principal, model)

    async def body(self, request: Incoming, limit: int) -> bytes:
        """Return the body, decompressed, within the limit."""
        body = await collected(request.stream(), request.headers.get("content-length"), limit)
        encoding = request.headers.get("content-encoding", "")
        if not encoding or len(body) <= INLINE_BYTES // 8:
            return decoded(body, encoding, limit)
        return await asyncio.to_thread(decoded, body, encoding, limit)

    def file(self, model: str, kind: str, body: bytes, sender: Sender) -> Receipt:
        """Take a file of rows."""
        return self.intake.table(model, kind, table_of_file(body, self.intake.limits.upload), sender)

    def reference(self, model: str, body: bytes) -> dict[str, object]:
        """Keep a file of reference rows."""
        table = table_of_file(body, self.intake.limits.upload)
        return {"reference": self.references.keep(model, table), "rows": table.num_rows}


def unknown_type(kind: str) -> DataError:
    """Return the error of a body in a form that is not taken."""
    return DataError(
        f"Content-Type {kind[:80]!r} is not taken here",
        f"application/json or {_ARROW}",
        "Send one of them; files go to /upload",
        code="ingest.unknown-type",
    )
