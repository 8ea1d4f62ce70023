"""What the commands on a home share: where it is, its database, the time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from vedette.store.database import Database
    from vedette.store.home import Folders

F = TypeVar("F", bound=Callable[..., Any])


def home_option(command: F) -> F:
    """Add --home to a command."""
    return click.option(
        "--home", type=click.Path(path_type=Path), help="The server's folder [$VEDETTE_HOME or ~/.vedette]"
    )(command)


def database_options(command: F) -> F:
    """Add --home and --database to a command."""
    command = click.option(
        "--database",
        default="",
        envvar="VEDETTE_DATABASE",
        help="URL of PostgreSQL instead of SQLite in the home.",
    )(command)
    return home_option(command)


def folders(home: Path | None) -> Folders:
    """Return the folders of a home.

    Raises
    ------
    StateError
        ``cli.no-home``: there is none.
    """
    from vedette.errors import StateError
    from vedette.store.home import Folders, default_folder

    found = Folders(home or default_folder())
    if not found.folder.is_dir():
        raise StateError(
            f"There is no home at {str(found.folder)!r}",
            "The folder of a server that was started once",
            "Name it with --home or VEDETTE_HOME, or start one: vedette serve",
            code="cli.no-home",
        )
    return found


@contextmanager
def opened(home: Path | None, database: str) -> Iterator[Database]:
    """Open the database of a home, beside a running server or without one."""
    from vedette.store.database import Database

    found = Database(database or folders(home).database)
    try:
        yield found
    finally:
        found.close()


def now() -> int:
    """Return microseconds since the epoch."""
    return time.time_ns() // 1000


def actor() -> str:
    """Return who the audit log says did it: the person of this machine, on the command line."""
    import getpass

    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):  # a container's user without a name
        return f"command line: uid {os.getuid()}"


def day(micros: int | None) -> str:
    """Return the day of an instant, UTC; a dash where there is none."""
    return "-" if micros is None else datetime.fromtimestamp(micros / 1e6, UTC).date().isoformat()
