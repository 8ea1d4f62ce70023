"""``vedette slices``: where the model got worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vedette.cli.sides import side_options, sides, write_json


@click.command()
@click.option(
    "--column", "columns", multiple=True, metavar="COLUMN", help="Cut by these, two or more [the first 15]."
)
@click.option("--alpha", default=0.01, show_default=True, help="Bound on the share of false slices.")
@side_options
def slices(
    current: Path | None,
    reference: Path | None,
    labels: Path | None,
    monitor: Path | None,
    json: Path | None,
    columns: tuple[str, ...],
    alpha: float,
    **roles: Any,
) -> None:
    """Name the slices of one and two features whose errors rose from the reference to CURRENT, the dearest first."""
    from vedette.diagnosis.slices import sliced
    from vedette.report.asked import Asked, told

    found = sides(current, reference, labels, monitor, roles)
    asked = Asked(slices=sliced(*found, columns or None, alpha))
    click.echo(told(asked, found.layout.task))
    write_json(json, asked.plain())
