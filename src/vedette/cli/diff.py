"""``vedette diff``: a monitor file against another, or against the one that a server runs; exit 1 where they differ."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from vedette.cli.remote import print_changes, read, server_options


@click.command()
@click.argument("monitor", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path), required=False)
@server_options
def diff(monitor: Path, other: Path | None, server: str, key: str) -> None:
    """Tell how MONITOR differs from an OTHER file, or from the monitor that a server runs; exit 1 where it does."""
    from vedette.engine.changes import difference
    from vedette.monitor import Monitor
    from vedette.server.client import Client

    declared, text = read(monitor)
    if other is not None:
        known: str | None = read(other)[1]
    else:
        with Client(server, key) as client:
            known = client.monitor(declared.model)
    found = difference(Monitor.from_toml(known) if known is not None else None, Monitor.from_toml(text))
    print_changes({**msgspec.to_builtins(found), "sentence": found.in_words()})
    sys.exit(int(bool(found.changes)))
