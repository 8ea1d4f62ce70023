"""A client of the API for the command line: monitors of a server that runs somewhere else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import httpx

from vedette.errors import DataError, UnknownNameError, VedetteError

#: Seconds to wait for an answer; a reference may take long to fit.
PATIENCE = 600.0


class Client:
    """Asks a server about one model after the other.

    Parameters
    ----------
    server : str
        ``"http://localhost:8400"``.
    key : str, optional
        API key; not needed by a server on this machine that has no accounts.
    http : httpx.Client, optional
        What sends; default one of its own.
    """

    def __init__(self, server: str, key: str = "", http: httpx.Client | None = None) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = http or httpx.Client(base_url=server.rstrip("/"), headers=headers, timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def monitor(self, model: str) -> str | None:
        """Return the text of the monitor in force, None where there is none."""
        try:
            found = self._ask("GET", f"/v1/models/{model}/monitor")
        except UnknownNameError as error:
            if error.code == "api.no-monitor":
                return None
            raise
        return str(found["toml"])

    def plan(self, model: str, toml: str) -> dict[str, Any]:
        """Return what a monitor would change."""
        return self._ask("POST", f"/v1/models/{model}/monitor/plan", toml)

    def apply(self, model: str, toml: str) -> dict[str, Any]:
        """Put a monitor in force."""
        return self._ask("PUT", f"/v1/models/{model}/monitor", toml)

    def deploy(self, model: str, version: str, at: str, note: str) -> dict[str, Any]:
        """Tell of a deploy; without `at` it is now."""
        told = {"version": version, "time": at, "note": note}
        return self._send("POST", f"/v1/models/{model}/deploys", json={k: v for k, v in told.items() if v})

    def upload_reference(self, model: str, file: Path) -> dict[str, Any]:
        """Send a file of reference rows and make a baseline of it."""
        sent = self._send(
            "POST", f"/v1/models/{model}/upload", params={"kind": "reference"}, content=file.read_bytes()
        )
        order = {"kind": "file", "name": sent["reference"]}
        return self._send("POST", f"/v1/models/{model}/baselines", json=order)

    def _ask(self, method: str, path: str, toml: str | None = None) -> dict[str, Any]:
        if toml is None:
            return self._send(method, path)
        return self._send(method, path, content=toml.encode(), headers={"content-type": "application/toml"})

    def _send(self, method: str, path: str, **parts: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise DataError(
                f"The server at {self._http.base_url} does not answer ({error})",
                "A running server",
                "Start it with `vedette serve`, or name another with --server",
                code="api.no-server",
            ) from error
        return _answered(response)


def _answered(response: httpx.Response) -> dict[str, Any]:
    try:
        found: dict[str, Any] = response.json()
    except ValueError:
        found = {}
    if response.is_success:
        return found
    told = found.get("error", {})
    kind: type[VedetteError] = UnknownNameError if response.status_code == 404 else DataError
    raise kind(
        told.get("found", f"The server answered {response.status_code}"),
        told.get("expected", "An answer"),
        told.get("fix", "Look at the server's log"),
        code=told.get("code", "api.no-answer"),
    )
