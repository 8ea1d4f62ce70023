"""``vedette serve``: the server with its web pages."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.keeping import keeping_options, kept


@click.command()
@click.option(
    "--home", type=click.Path(path_type=Path), help="Folder of all that is kept [$VEDETTE_HOME or ~/.vedette]"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8400, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--database",
    default="",
    envvar="VEDETTE_DATABASE",
    help="URL of PostgreSQL instead of SQLite in the home.",
)
@click.option(
    "--address",
    default="",
    envvar="VEDETTE_ADDRESS",
    help="How people reach it, when a proxy stands before it.",
)
@click.option("--accounts/--no-accounts", default=None, help="Whether everybody must sign in.")
@click.option(
    "--allow", multiple=True, metavar="HOST", help="Host or network of this site that sinks may call."
)
@click.option(
    "--oidc", type=click.Path(exists=True, path_type=Path), help="TOML file of the identity provider."
)
@click.option(
    "--log", type=click.Choice(["text", "json"]), help="How logs are written [json unless at a terminal]"
)
@keeping_options
def serve(
    home: Path | None,
    host: str,
    port: int,
    database: str,
    address: str,
    accounts: bool | None,
    allow: tuple[str, ...],
    oidc: Path | None,
    log: str | None,
    **keep: int | None,
) -> None:
    """Serve: take in predictions and labels, watch every model, show it on web pages, tell people.

    Without accounts it can only be reached from this machine.
    """
    from vedette.server.memory import steady

    steady()  # before the first import of Arrow

    from vedette.server import serve as server
    from vedette.server.settings import Settings
    from vedette.store.home import default_folder

    retention, keeping = kept(keep)
    settings = Settings(
        home=home or default_folder(),
        host=host,
        port=port,
        database=database,
        address=address,
        accounts=accounts,
        allowed=allow,
        provider=server.provider(oidc) if oidc else None,
        retention=retention,
        keeping=keeping,
    )
    server.serve(settings, tell=click.echo, as_json=None if log is None else log == "json")
