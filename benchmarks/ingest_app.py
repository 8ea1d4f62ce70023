"""The ingest alone as an application, for `serve.py` and nothing else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.server.memory import steady

if TYPE_CHECKING:
    from litestar import Litestar


def app() -> Litestar:
    """Return the application over the home named by the environment."""
    steady()  # before the first import of Arrow, as `vedette serve` does

    from litestar import Litestar

    from vedette.server.ingest.service import IngestService
    from vedette.store.home import Home

    home = Home(Path(os.environ["VEDETTE_HOME"]))
    service = IngestService(home, committed=lambda _: None, profiles=lambda _: None)
    return Litestar(
        service.routers(),
        on_startup=[service.start],
        on_shutdown=[service.stop, home.close],
        openapi_config=None,
    )
