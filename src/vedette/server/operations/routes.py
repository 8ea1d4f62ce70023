"""Routes for operators: ``/metrics``, ``/health`` (the process lives), ``/ready`` (it can take and judge rows)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from vedette.server.operations.exposition import Exposition
from vedette.server.ticking import Ticker, microseconds
from vedette.store.database import Database


class Readiness(msgspec.Struct, frozen=True):
    """Whether the server can do its work, and what keeps it from it."""

    ready: bool
    work: dict[str, str]


def operation_routes(
    database: Database,
    tickers: Sequence[Ticker],
    *,
    guards: list[Any] | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> list[HTTPRouteHandler]:
    """Return the handlers; `guards` stand before the metrics, which name models.

    `stopping` tells whether the server was told to end: it is not ready from then on.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposition(database, tickers))

    @get("/metrics", guards=guards, sync_to_thread=True, include_in_schema=False)
    def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": kind, "Cache-Control": "no-store"})

    @get("/health", sync_to_thread=False, exclude_from_auth=True, tags=["operations"])
    def health() -> dict[str, str]:
        """Tell that the process lives."""
        return {"status": "ok"}

    @get("/ready", sync_to_thread=True, exclude_from_auth=True, tags=["operations"])
    def ready() -> Response[Readiness]:
        """Tell whether rows can be taken and judged: the database answers and all work goes on."""
        now = microseconds()
        work = {t.name: "ok" if t.alive(now) else t.error or "stands still" for t in tickers}
        work["database"] = _answer(database)
        if stopping():
            work["server"] = "stops"
        found = Readiness(all(state == "ok" for state in work.values()), work)
        return Response(found, status_code=200 if found.ready else 503)

    return cast("list[HTTPRouteHandler]", [metrics, health, ready])


def _answer(database: Database) -> str:
    try:
        with database.read() as tx:
            tx.exec_driver_sql("SELECT 1")
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the answer is "not ready"
        return f"{type(error).__name__}: {error}"
    return "ok"
