"""What the commands about a server's monitors share: where it is, and how a difference is printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vedette.monitor import Monitor

F = TypeVar("F", bound=Callable[..., Any])


def server_options(command: F) -> F:
    """Add --server and --key to a command."""
    command = click.option("--key", envvar="VEDETTE_KEY", default="", help="API key; default: $VEDETTE_KEY.")(
        command
    )
    return click.option(
        "--server",
        envvar="VEDETTE_SERVER",
        default="http://127.0.0.1:8400",
        show_default=True,
        help="The server; default: $VEDETTE_SERVER.",
    )(command)


def read(file: Path) -> tuple[Monitor, str]:
    """Return a monitor file and its text; its data paths are relative to its folder."""
    return Monitor.load(file), file.read_text("utf-8")


def print_changes(found: dict[str, Any]) -> None:
    """Print one line for each key that differs, and what follows."""
    for change in found["changes"]:
        before, after = (shown(change[name]) for name in ("before", "after"))
        click.echo(f"  {change['path']}: {before} -> {after}")
    if not found["changes"]:
        click.echo("  No difference")
    if found.get("sentence"):
        click.echo(f"{found['sentence']}.")


def shown(value: Any) -> str:
    """Return a value of a monitor as people read it."""
    return "(not set)" if value is None else str(value)
