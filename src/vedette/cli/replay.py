"""``vedette replay``: run a monitor over its history."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.output import ask_options, deliver, form_options, progress_bar


@click.command()
@click.argument("monitor", type=click.Path(path_type=Path))
@click.option("--as-of", metavar="TIME", help="See what was known then: 2013-06-01, or a time in ISO 8601.")
@form_options
@ask_options
def replay(
    monitor: Path,
    as_of: str | None,
    html: Path | None,
    json: Path | None,
    junit: Path | None,
    slices: bool,
    disde: bool,
) -> None:
    """Run MONITOR (a TOML file) over its history, window by window: what was found, and when."""
    from vedette import run

    with progress_bar("rows") as progress:
        report = run.replay(monitor, as_of=as_of, progress=progress)
    deliver(report, html, json, junit, slices=slices, disde=disde)
