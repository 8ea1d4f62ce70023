"""``vedette plan``: what a monitor file would change on a server."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.remote import print_changes, read, server_options


@click.command()
@click.argument("monitor", type=click.Path(path_type=Path))
@server_options
def plan(monitor: Path, server: str, key: str) -> None:
    """Tell what MONITOR (a TOML file) would change on a server, and what would be computed again."""
    from vedette.server.client import Client

    declared, text = read(monitor)
    with Client(server, key) as client:
        print_changes(client.plan(declared.model, text))
