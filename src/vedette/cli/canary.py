"""``vedette canary``: two live arms beside each other."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from vedette.cli.roles import role_options, schema_from


@click.command()
@click.argument("control", type=click.Path(path_type=Path))
@click.argument("challenger", type=click.Path(path_type=Path))
@click.option("--every", metavar="LENGTH", help="Windows of time, e.g. 1h (default: 50 of rows).")
@click.option("--alpha", default=0.05, show_default=True, help="Chance of ever telling equal arms apart.")
@click.option("--labels", type=click.Path(path_type=Path), help="Labels of both arms, joined by id.")
@click.option("--json", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="As JSON.")
@role_options
def canary(
    control: Path,
    challenger: Path,
    every: str | None,
    alpha: float,
    labels: Path | None,
    json: Path | None,
    **roles: Any,
) -> None:
    """Tell whether CHALLENGER differs from CONTROL, both live, and in what; ask as often as you like.

    Exit code 0: no difference is proved; 1: one is; 2: it could not be checked.
    """
    import msgspec

    from vedette.engine.canary import canary as compared

    schema = schema_from(roles, None)
    found = compared(control, challenger, schema, labels=labels, every=every, alpha=alpha)
    click.echo(str(found))
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(found.to_dict()), indent=1))
    sys.exit(int(found.different))
