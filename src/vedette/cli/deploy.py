"""``vedette deploy``: tell a server what was deployed, so that a change that begins then says so."""

from __future__ import annotations

import click

from vedette.cli.remote import server_options


@click.command()
@click.argument("model")
@click.option("--version", default="", help="Version of the model that was deployed.")
@click.option("--time", default="", help="When, in ISO 8601, UTC unless it has a zone; default: now.")
@click.option("--note", default="", help="What it was, where it was not the model: new units from the scale.")
@server_options
def deploy(model: str, version: str, time: str, note: str, server: str, key: str) -> None:
    """Tell a server that a version of MODEL, or what feeds it, was deployed; for the end of a CI pipeline."""
    from vedette.server.client import Client

    with Client(server, key) as client:
        found = client.deploy(model, version, time, note)
    what = f"version {version}" if version else note or "a deploy"
    click.echo(f"{model}: {what} is noted." if found["new"] else f"{model}: {what} was known.")
