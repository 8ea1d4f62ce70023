"""``vedette home``: backup, restore, verify and export what a server keeps; each works while it runs."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vedette.cli.local import database_options, folders, home_option, now, opened

if TYPE_CHECKING:
    from vedette.store.audit import Verdict

_FOLDER = click.Path(file_okay=False, path_type=Path)
_INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def home() -> None:
    """Backup, restore, verify or export what a server keeps."""


@home.command()
@click.argument("folder", type=_FOLDER)
@database_options
def backup(folder: Path, home: Path | None, database: str) -> None:
    """Copy the home into FOLDER, new or empty; the server may run meanwhile."""
    from vedette.store import backup as store

    source = folders(home).folder
    target = folder.expanduser().absolute()
    if target.is_relative_to(source):
        raise click.BadParameter("lies within the home; choose a folder outside", param_hint="FOLDER")
    with opened(home, database) as db:
        manifest = store.backup(db, source, target, at=now())
    click.echo(f"{len(manifest.files)} files copied to {folder}")
    if manifest.database != "sqlite":
        click.echo("The PostgreSQL database is not among them: copy it with pg_dump, after this.")


@home.command()
@click.argument("folder", type=_FOLDER)
@home_option
def restore(folder: Path, home: Path | None) -> None:
    """Copy the backup in FOLDER into a new or empty home, after every file was found whole."""
    from vedette.store import backup as store
    from vedette.store.home import default_folder

    target = (home or default_folder()).expanduser().absolute()
    manifest = store.restore(folder, target)
    click.echo(f"{len(manifest.files)} files restored to {target}")


@home.command()
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--head", help="Hash of the audit log noted earlier: its line must still be there.")
@database_options
def verify(folder: Path | None, head: str | None, home: Path | None, database: str) -> None:
    """Check the chain of the audit log; with FOLDER, every file of that backup and the log in it."""
    from vedette.store import audit, backup

    if folder is None:
        with opened(home, database) as db, db.read() as tx:
            verdict: Verdict | None = audit.verify(tx, head)
    else:
        manifest = backup.check(folder)
        click.echo(f"{len(manifest.files)} files as they were written")
        verdict = _within(folder / backup.DATABASE, head) if backup.DATABASE in manifest.files else None
    if verdict is None:
        click.echo("The audit log is in PostgreSQL, not in this backup")
    elif verdict:
        click.echo(f"{verdict.lines} lines of the audit log, unbroken; head {verdict.head}")
    else:
        click.echo(
            f"The audit log is BROKEN at line {verdict.broken}; {verdict.lines} lines before it are whole"
        )
        raise SystemExit(1)


def _within(database: Path, head: str | None) -> Verdict:
    """Return the verdict on the audit log of a backup, read from a copy: opening a database writes to it."""
    import shutil

    from vedette.store import audit
    from vedette.store.database import Database

    with tempfile.TemporaryDirectory() as scratch:
        copy = Database(shutil.copy(database, Path(scratch) / database.name))
        try:
            with copy.read() as tx:
                return audit.verify(tx, head)
        finally:
            copy.close()


@home.command()
@click.argument("model")
@click.argument("folder", type=_FOLDER)
@click.option("--from", "start", type=_INSTANT, help="First instant, UTC; then predictions come with labels.")
@click.option("--to", "end", type=_INSTANT, help="Instant after the last, UTC.")
@home_option
def export(model: str, folder: Path, start: datetime | None, end: datetime | None, home: Path | None) -> None:
    """Write the rows of MODEL into FOLDER as Parquet: every table as it was received, by day.

    With --from and --to: the predictions of that time in one file, one row for each id, with their labels.
    """
    from vedette.store.backup import require_empty
    from vedette.store.columns import TABLES
    from vedette.store.export import export_table, export_window, known_model
    from vedette.store.lake import Lake

    if (start is None) != (end is None):
        raise click.UsageError("--from and --to belong together")
    lake = Lake(folders(home))
    known_model(lake, model)
    require_empty(folder)
    if start is not None and end is not None:
        rows = export_window(lake, model, folder / "joined.parquet", _micros(start), _micros(end))
        click.echo(f"{rows} rows in {folder / 'joined.parquet'}")
        return
    for kind in TABLES:
        rows = export_table(lake, model, folder / kind, kind)
        click.echo(f"{rows:>12} rows of {kind}")


def _micros(instant: datetime) -> int:
    return round(instant.replace(tzinfo=UTC).timestamp() * 1e6)
