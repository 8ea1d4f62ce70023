"""``vedette demo``: see it work on real data."""

from __future__ import annotations

from pathlib import Path

import click

from vedette.cli.output import progress_bar

NAMES = ("flights", "cancer")


@click.command()
@click.argument("name", type=click.Choice(NAMES), default="flights")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("vedette-demo"), show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path), help="The flights' archive, when there is no network."
)
def demo(name: str, out: Path, data: Path | None) -> None:
    """See it work on real data.

    flights: a model trained on January and February 2013 says which departures from New York will arrive late; the
    rest of the year is replayed day by day with labels that come after landing.
    cancer: a small medical one.
    """
    from vedette import run
    from vedette.demo import cancer, flights

    folder = out / name
    if name == "flights":
        monitor = flights.prepare_flights(folder, source=data, progress=click.echo)
    else:
        monitor = cancer.prepare_cancer(folder)
    with progress_bar("rows") as bar:
        report = run.replay(monitor, progress=bar)
    page = folder / "report.html"
    report.to_html(page)
    report.print()
    click.echo(f"\nThe page:     {page.resolve().as_uri()}")
    click.echo(f"The monitor:  {monitor}   (run it again: vedette replay {monitor} --html report.html)")
