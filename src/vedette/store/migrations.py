"""The steps from one form of the database to the next, and what makes a new one.

A new database is made whole from `tables`; an older one goes through the steps it has not seen, in order, each in
the same transaction as its line in `schema_version`. A newer one is refused: this program cannot know what it means.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, inspect, select, text

from vedette.errors import StateError
from vedette.store import tables

Step = tuple[str, Callable[[Connection], None]]

_SQLITE_GUARD = """
CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_POSTGRES_GUARD = (
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
    """,
    """
    CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
    """,
)
#: Blobs that are compressed already: PostgreSQL would try again on each write.
_OPAQUE = ("series_chunks", "series_tail", "states", "partials", "detectors")


def create(tx: Connection) -> None:
    """Make every table of a new database, and the guards of the audit log."""
    tables.METADATA.create_all(tx)
    if tx.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            tx.execute(text(_SQLITE_GUARD.format(verb=verb)))
        return
    for statement in _POSTGRES_GUARD:
        tx.execute(text(statement))
    for name in _OPAQUE:
        tx.execute(text(f"ALTER TABLE {name} ALTER COLUMN blob SET STORAGE EXTERNAL"))


#: In order, never edited, only added to. The first is what `create` makes.
STEPS: tuple[Step, ...] = (("the first tables", create),)


def migrate(tx: Connection, steps: Sequence[Step] = STEPS) -> tuple[int, int]:
    """Bring the database to the newest form; the version it had (0: new) and the version it has.

    Parameters
    ----------
    tx : Connection
        A write transaction: all steps happen, or none.
    steps : sequence of (name, function)
        The history of the tables.

    Raises
    ------
    StateError
        ``store.newer-database``: a newer vedette has written it.
    """
    before = version(tx)
    if before > len(steps):
        raise newer(before, len(steps))
    # A new database is the newest one; going through history would only retell it.
    todo = steps[before:] if before else [("the newest tables", create)]
    for _, step in todo:
        step(tx)
    names = [name for name, _ in steps]
    now = time.time_ns() // 1000
    for number in range(before + 1, len(steps) + 1):
        row = {"version": number, "name": names[number - 1], "at": now}
        tx.execute(insert(tables.schema_version), row)
    return before, len(steps)


def version(tx: Connection) -> int:
    """Return the version of a database, 0 for an empty one."""
    if not inspect(tx).has_table("schema_version"):
        return 0
    return max(tx.execute(select(tables.schema_version.c.version)).scalars(), default=0)


def newer(found: int, known: int) -> StateError:
    """Return the error for a database of a later release."""
    return StateError(
        f"The database has form {found}",
        f"This vedette knows forms up to {known}",
        "Install the newer vedette that wrote it, or restore a backup made before the upgrade",
        code="store.newer-database",
    )
