"""Which sinks there are: those of the server, set on the settings page, and those that a monitor names itself."""

from __future__ import annotations

from typing import Any

import msgspec

from vedette import registry
from vedette.errors import ConfigError, nearest
from vedette.sinks.base import Sink
from vedette.store import settings
from vedette.store.database import Transaction

#: Settings under which the server's own sinks stand: ``sinks.NAME`` -> table.
PREFIX = "sinks."


def made(table: dict[str, Any]) -> Sink:
    """Return the sink that a table declares: ``{kind = "slack", url = "env:SLACK_URL"}``.

    Raises
    ------
    UnknownNameError
        Unknown kind (``registry.unknown-sink``).
    ConfigError
        No kind, or a key or value that the kind does not take (``sinks.bad-sink``).
    """
    kind = table.get("kind")
    if not isinstance(kind, str):
        raise _bad(
            "A sink names no kind", f"One of {', '.join(registry.names('sink'))}", "Write kind = 'slack'"
        )
    cls = registry.load("sink", kind)
    fields = {key: value for key, value in table.items() if key != "kind"}
    unknown = next((key for key in fields if key not in cls.__struct_fields__), None)
    if unknown is not None:
        guess = nearest(unknown, cls.__struct_fields__)
        fix = f"Did you mean {guess!r}?" if guess else "Remove it"
        raise _bad(
            f"Sink {kind}: key {unknown!r} is unknown", f"Keys {', '.join(cls.__struct_fields__)}", fix
        )
    try:
        sink: Sink = msgspec.convert(fields, cls)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, ConfigError):
            raise error.__cause__ from None
        raise _bad(f"Sink {kind}: {error}", f"Keys {', '.join(cls.__struct_fields__)}", "Mend it") from error
    return sink


def of_server(tx: Transaction) -> dict[str, Sink]:
    """Return the server's sinks by reference; one whose table no longer fits is left out (the page shows why)."""
    found = {}
    for key, table in settings.listing(tx, PREFIX).items():
        try:
            found[f"server/{key.removeprefix(PREFIX)}"] = made(table)
        except (ConfigError, KeyError):
            continue
    return found


def of_monitor(model: str, tables: list[dict[str, Any]]) -> dict[str, Sink]:
    """Return a monitor's sinks by reference: by their name, else by kind and place."""
    sinks = [(made(table), table["kind"]) for table in tables]
    return {f"model/{model}/{sink.name or f'{kind}-{i}'}": sink for i, (sink, kind) in enumerate(sinks)}


def _bad(found: str, expected: str, fix: str) -> ConfigError:
    return ConfigError(found, expected, fix, code="sinks.bad-sink")
