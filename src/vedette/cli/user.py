"""``vedette user``: the people of a home, changed in its database; each change has its line in the audit log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vedette.cli.local import actor, database_options, day, now, opened

if TYPE_CHECKING:
    from vedette.store.accounts import Role, User
    from vedette.store.database import Database

_ASKED = click.option(
    "--stdin", "from_stdin", is_flag=True, help="Read the password from standard input, unseen by `ps`."
)


@click.group()
def user() -> None:
    """Add, list and remove the people of a server, or give one a new password."""


@user.command()
@click.argument("login")
@click.option("--admin", is_flag=True, help="May do everything in all projects.")
@click.option("--role", "roles", multiple=True, metavar="PROJECT=ROLE", help="viewer, editor or admin there.")
@click.option("--sso", is_flag=True, help="Without a password: they come through the identity provider.")
@_ASKED
@database_options
def add(
    login: str,
    admin: bool,
    roles: tuple[str, ...],
    sso: bool,
    from_stdin: bool,
    home: Path | None,
    database: str,
) -> None:
    """Make a user. The password is asked for twice."""
    from vedette.server.access import people

    given = dict(_role(text) for text in roles)
    with opened(home, database) as db:
        password = None if sso else _password(from_stdin)
        made = people.add(db, login, password, actor=actor(), at=now(), admin=admin, roles=given)
    click.echo(f"Made user {made.login}{', an administrator' if admin else ''}.")


@user.command("list")
@database_options
def list_(home: Path | None, database: str) -> None:
    """List the users with their roles."""
    from vedette.store import accounts

    with opened(home, database) as db, db.read() as tx:
        for one in accounts.all_users(tx):
            roles = [f"{project}={role}" for project, role in accounts.roles(tx, one.id).items()]
            facts = ["administrator"] * one.admin + roles + ["not let in"] * one.disabled
            click.echo(f"{one.login:<32} {day(one.created)}  {', '.join(facts) or 'no role'}")


@user.command()
@click.argument("login")
@_ASKED
@database_options
def password(login: str, from_stdin: bool, home: Path | None, database: str) -> None:
    """Give LOGIN a new password; all their sessions end."""
    from vedette.server.access import people

    with opened(home, database) as db:
        one = known(db, login)
        people.set_password(db, one.id, _password(from_stdin), actor=actor(), at=now())
    click.echo(f"{one.login} has a new password, and must sign in again.")


@user.command()
@click.argument("login")
@database_options
def remove(login: str, home: Path | None, database: str) -> None:
    """Let LOGIN in no more. Their name stays, since the audit log speaks of them."""
    from vedette.server.access import people

    with opened(home, database) as db:
        one = known(db, login)
        people.change(db, one.id, actor=actor(), at=now(), disabled=True)
    click.echo(f"{one.login} is let in no more.")


def known(database: Database, login: str) -> User:
    """Return a user by login; the nearest one is suggested where there is none."""
    from vedette.errors import unknown_name
    from vedette.store import accounts

    with database.read() as tx:
        found = accounts.user_by_login(tx, login)
        logins = [one.login for one in accounts.all_users(tx)]
    if found is None:
        raise unknown_name("User", login, logins, code="cli.unknown-user")
    return found


def _role(text: str) -> tuple[str, Role]:
    from vedette.server.access.principal import ROLES

    project, _, wanted = text.rpartition("=")
    role = next((role for role in ROLES if role == wanted), None)
    if role is None or not project:
        raise click.BadParameter(f"{text!r} is not PROJECT=ROLE with {', '.join(ROLES)}", param_hint="--role")
    return project, role


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
