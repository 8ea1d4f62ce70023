"""The command `vedette`: commands are imported when used, so that help is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

import vedette
from vedette.errors import VedetteError

#: command -> one line of help; the file and the function have the command's name
COMMANDS = {
    "init": "Look at data and write a monitor file.",
    "check": "Compare current rows with a reference; exit 1 when something calls for action.",
    "replay": "Run a monitor over its history, window by window.",
    "canary": "Tell whether two live arms differ, and in what; exit 1 when they do.",
    "slices": "Name the slices of rows whose errors rose.",
    "disde": "Take a change of the errors apart: other rows, other labels, new regions.",
    "label-next": "Draw the rows whose labels would tell most.",
    "serve": "Take in predictions and labels, watch every model, show it on web pages, tell people.",
    "plan": "Tell what a monitor file would change on a server.",
    "apply": "Put a monitor file in force on a server.",
    "deploy": "Tell a server what was deployed, and when.",
    "diff": "Compare a monitor file with another, or with a server's; exit 1 when they differ.",
    "home": "Backup, restore, verify or export what a server keeps.",
    "user": "Add, list and remove the people of a server.",
    "key": "Add, list and revoke the keys of programs.",
    "metrics": "List the metrics, or show one.",
    "demo": "See it work on real data.",
}


class _Lazy(click.Group):
    """A group that imports a command's file only when the command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command: click.Command = getattr(importlib.import_module(f"vedette.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from vedette.errors import unknown_name

            raise unknown_name("Command", args[0], COMMANDS, code="cli.unknown-command")
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(vedette.__version__)
def vedette_command() -> None:
    """Watch a machine-learning model: what changed, how surely, since when, and what to do."""


def main(args: list[str] | None = None) -> None:
    """Run the command line; an error of ours, or of a file, is one line on standard error and exit code 2."""
    try:
        vedette_command(args, prog_name="vedette", standalone_mode=True)
    except (VedetteError, OSError) as error:
        click.echo(f"vedette: {' '.join(str(error).split())}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
