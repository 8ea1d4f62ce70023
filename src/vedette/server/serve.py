"""Running a station under uvicorn until it is told to stop."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import msgspec
import uvicorn

from vedette import registry
from vedette.errors import ConfigError
from vedette.server.access.oidc import Provider
from vedette.server.app import application
from vedette.server.operations.logs import configure
from vedette.server.settings import Settings
from vedette.server.station import Station

#: Seconds that open requests get to end after a signal.
GRACE = 10


def serve(settings: Settings, *, tell: Callable[[str], None] = print, as_json: bool | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C; then take in what waits and end.

    Raises
    ------
    StateError, ConfigError
        See `Station`.
    """
    configure(as_json=as_json)
    station = Station(settings)
    app = application(station)
    for line in welcome(station):
        tell(line)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=bool(settings.address),
    )
    server = _Leaving(config, station)
    settle()
    server.run()
    if not server.started:
        raise SystemExit(3)


def settle() -> None:
    """Load what the first page would have to, and keep it out of the garbage collector's rounds.

    What is loaded lives as long as the process; looking it through again takes longer than a page does.
    """
    registry.load_all("metric")
    gc.collect()
    gc.freeze()


class _Leaving(uvicorn.Server):
    """A server whose station hears of the signal at once, not only when the last request has ended."""

    def __init__(self, config: uvicorn.Config, station: Station) -> None:
        super().__init__(config)
        self._station = station

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._station.leave()
        super().handle_exit(sig, frame)


def welcome(station: Station) -> list[str]:
    """Return what a person should know at the start: where it is, and how to make the first user."""
    settings = station.settings
    lines = [f"vedette serves {settings.home} at {settings.reached}"]
    if station.gate.setup_token:
        lines.append(
            f"Make the first user at {settings.reached}/setup with this token: {station.gate.setup_token}"
        )
    elif station.gate.open:
        lines.append(
            "No accounts: whoever sits at this machine may do everything. Make a user to change that."
        )
    return lines


def provider(file: Path) -> Provider:
    """Return the identity provider that a TOML file declares: issuer, client, secret, name, domains.

    Raises
    ------
    ConfigError
        Not such a file (``server.bad-provider``).
    """
    try:
        return msgspec.toml.decode(file.read_bytes(), type=Provider)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{file} declares no identity provider: {error}",
            "issuer, client, secret, name and domains",
            "Mend the file",
            code="server.bad-provider",
        ) from error
