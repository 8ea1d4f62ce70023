"""``vedette check``: compare current rows with a reference."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from vedette.cli.output import ask_options, deliver, form_options, progress_bar
from vedette.cli.roles import role_options, schema_from


@click.command()
@click.argument("current", type=click.Path(path_type=Path))
@click.option(
    "--reference", required=True, type=click.Path(path_type=Path), help="Rows, or a saved baseline."
)
@click.option(
    "--labels", type=click.Path(path_type=Path), help="Labels in a file of their own, joined by id."
)
@click.option(
    "--monitor", type=click.Path(path_type=Path), help="Take schema, metrics and rules from this file."
)
@role_options
@form_options
@ask_options
def check(
    current: Path,
    reference: Path,
    labels: Path | None,
    monitor: Path | None,
    html: Path | None,
    json: Path | None,
    junit: Path | None,
    slices: bool,
    disde: bool,
    **roles: Any,
) -> None:
    """Compare CURRENT (Parquet, CSV or a folder of them) with a reference.

    Exit code 0: nothing calls for action; 1: something does; 2: it could not be checked.
    """
    from vedette.monitor import Monitor
    from vedette.run import compare

    declared = Monitor() if monitor is None else Monitor.load(monitor)
    with progress_bar("rows") as progress:
        report = compare(
            reference,
            current,
            schema_from(roles, declared.schema if monitor else None),
            labels=labels,
            metrics=declared.metrics,
            more_rules=declared.made_rules(),
            timezone=declared.windows.timezone,
            calendar=declared.calendar,
            model=declared.model,
            progress=progress,
        )
    deliver(report, html, json, junit, slices=slices, disde=disde)
    sys.exit(0 if report.ok else 1)
