"""``vedette apply``: put a monitor file in force on a server."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.remote import print_changes, read, server_options


@click.command()
@click.argument("monitor", type=click.Path(path_type=Path))
@server_options
def apply(monitor: Path, server: str, key: str) -> None:
    """Put MONITOR (a TOML file) in force on a server.

    The file named as reference in [data] is sent along where the server has none yet.
    """
    from vedette.server.client import Client

    declared, text = read(monitor)
    reference = Path(declared.data.reference) if declared.data.reference else None
    with Client(server, key) as client:
        found = client.apply(declared.model, text)
        print_changes(found)
        lacks = found["lacks"] or ""
        if "reference" in lacks and reference is not None and reference.is_file():
            made = client.upload_reference(declared.model, reference)
            click.echo(f"Reference {made['baseline']} made from {reference.name}.")
        elif lacks:
            click.echo(f"It waits: {lacks}.")
    click.echo(f"Revision {found['revision']} of the monitor of {declared.model} is in force.")
