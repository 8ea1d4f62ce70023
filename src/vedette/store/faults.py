"""Where a process may die: every step between accepting a row and forgetting its spool file has a name."""

from __future__ import annotations

from collections.abc import Callable

#: Called with the name of the step that was just done; tests kill the process there.
Fault = Callable[[str], None]

#: Steps in the order they are done.
STEPS = (
    "spool.written",
    "spool.fsynced",
    "spool.renamed",
    "spool.folder-fsynced",
    "writer.read",
    "writer.committed",
    "writer.reported",
    "writer.remembered",
    "writer.deleted",
)


def none(step: str) -> None:
    """Do nothing: what runs outside tests."""
