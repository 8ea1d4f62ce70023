"""``vedette key``: the API keys of a home, changed in its database; each change has its line in the audit log."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.local import actor, database_options, day, now, opened

_DAY_US = 86_400_000_000


@click.group()
def key() -> None:
    """Add, list and revoke the keys of programs."""


@key.command()
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, help="ingest, read, write or admin; may be repeated [default: ingest]"
)
@click.option("--project", help="The only project it may touch [default: all]")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Days until it expires.")
@database_options
def add(
    name: str,
    scopes: tuple[str, ...],
    project: str | None,
    days: float | None,
    home: Path | None,
    database: str,
) -> None:
    """Make a key and print it, this once."""
    from vedette.server.access import keys

    at = now()
    expires = None if days is None else at + round(days * _DAY_US)
    with opened(home, database) as db, db.write() as tx:
        wanted = scopes or ("ingest",)
        text = keys.make(tx, name, wanted, project=project, expires=expires, actor=actor(), at=at)
    click.echo(text)


@key.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that expired or were revoked.")
@database_options
def list_(everything: bool, home: Path | None, database: str) -> None:
    """List the keys, newest first: id, name, scopes, project, when made, used last, expires."""
    from vedette.store import accounts

    with opened(home, database) as db, db.read() as tx:
        found = accounts.all_keys(tx, now=None if everything else now())
    for one in found:
        days = f"made {day(one.created)}  used {day(one.last_used)}  expires {day(one.expires)}"
        gone = f"  revoked {day(one.revoked)}" if one.revoked else ""
        where = one.project or "all projects"
        click.echo(f"{one.id}  {one.name:<24} {' '.join(one.scopes):<24} {where:<16} {days}{gone}")


@key.command()
@click.argument("number", metavar="ID")
@database_options
def revoke(number: str, home: Path | None, database: str) -> None:
    """Make the key ID worthless; a running server believes it for at most five seconds more."""
    from vedette.server.access.keys import Keys

    with opened(home, database) as db:
        Keys(db).revoke(number, at=now(), actor=actor())
    click.echo(f"Key {number} is worthless now.")
