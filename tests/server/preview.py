"""The pages on invented numbers, to look at: `python tests/server/preview.py [scenario] [port]`."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from litestar import Litestar, Response, get

from vedette.server.pages.entry import LoginPage, SetupPage
from vedette.server.pages.requests import Asked, Printer, Reader
from vedette.server.pages.routes import page_routes


def samples() -> ModuleType:
    """Return the module of samples beside this file."""
    spec = importlib.util.spec_from_file_location("page_samples", Path(__file__).with_name("samples.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def app(scenario: str = "broken", role: str = "admin", **options: int) -> Litestar:
    """Return a server of one scenario."""
    made = samples()
    made.NOW = datetime.now(UTC)
    sample = made.Sample(scenario, **options)
    printer = Printer(lambda _: Reader())

    @get("/login", sync_to_thread=False)
    def login(request: Asked) -> Response[str]:
        return printer.page("login", printer.visit(request), LoginPage(provider="Example"))

    @get("/setup", sync_to_thread=False)
    def setup(request: Asked) -> Response[str]:
        return printer.page("setup", printer.visit(request), SetupPage(token_needed=True))

    handlers = page_routes(sample, made.Deeds(sample), lambda _: Reader("anna", role, "token"))
    return Litestar([*handlers, login, setup], openapi_config=None, debug=True)


if __name__ == "__main__":
    import uvicorn

    chosen, port = [*sys.argv[1:], "broken", "8123"][:2] if len(sys.argv) < 3 else sys.argv[1:3]
    uvicorn.run(app(chosen), port=int(port), log_level="warning")
