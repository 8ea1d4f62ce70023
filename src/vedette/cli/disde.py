"""``vedette disde``: why the model got worse, in three parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vedette.cli.sides import side_options, sides, write_json


@click.command()
@side_options
def disde(
    current: Path | None,
    reference: Path | None,
    labels: Path | None,
    monitor: Path | None,
    json: Path | None,
    **roles: Any,
) -> None:
    """Take the change of the errors from the reference to CURRENT apart: other rows, other labels, new regions."""
    from vedette.diagnosis.disde import split
    from vedette.report.asked import Asked, told

    found = sides(current, reference, labels, monitor, roles)
    asked = Asked(disde=split(*found))
    click.echo(told(asked, found.layout.task))
    write_json(json, asked.plain())
