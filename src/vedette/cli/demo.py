"""``vedette demo``: see it work on real data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vedette.cli.output import progress_bar

if TYPE_CHECKING:
    from vedette.demo.fleet import Declare
    from vedette.server.client import Client

NAMES = ("flights", "cancer")


@click.command()
@click.argument("name", type=click.Choice(NAMES), default="flights")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("vedette-demo"), show_default=True)
@click.option(
    "--data", type=click.Path(path_type=Path), help="The flights' archive, when there is no network."
)
@click.option(
    "--serve/--no-serve", default=True, help="Start a server and send it the year, or only write a report."
)
@click.option(
    "--port", default=8400, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)
@click.option(
    "--models", default=1, show_default=True, type=click.IntRange(1, 1000), help="Fill a fleet of so many."
)
def demo(name: str, out: Path, data: Path | None, *, serve: bool, port: int, models: int) -> None:
    """See it work on real data.

    flights: a model trained on January and February 2013 says which departures from New York will arrive late; the
    rest of the year is sent to a server as it happened, with labels that come after landing.
    cancer: a small medical one, as a report.
    """
    if name == "cancer":
        _cancer(out / name)
        return
    from vedette.demo import flights

    monitor = flights.prepare_flights(out / name, source=data, progress=click.echo)
    if serve:
        _served(monitor, port, models)
    else:
        _report(monitor)


def _cancer(folder: Path) -> None:
    from vedette.demo import cancer

    _report(cancer.prepare_cancer(folder))


def _report(monitor: Path) -> None:
    from vedette import run

    with progress_bar("rows") as bar:
        report = run.replay(monitor, progress=bar)
    page = monitor.parent / "report.html"
    report.to_html(page)
    report.print()
    click.echo(f"\nThe page:     {page.resolve().as_uri()}")
    click.echo(f"The monitor:  {monitor}   (run it again: vedette replay {monitor} --html report.html)")


def _served(monitor: Path, port: int, models: int) -> None:
    """Start a server, send it the year, and leave it running for a person to look at."""
    from vedette.cli.watching import Served
    from vedette.demo.feed import feed, last_day
    from vedette.demo.fleet import fill
    from vedette.monitor import Monitor
    from vedette.server.client import Client

    declared = Monitor.load(monitor)
    server = Served(monitor.parent / "home", port)
    server.until_ready()
    click.echo(f"vedette serves at {server.url}")
    with Client(server.url) as client:
        declare = _declaring(client)
        declare(declared.model, monitor.read_text("utf-8"), Path(str(declared.data.reference)))
    with progress_bar("rows sent") as bar:
        counts = feed(monitor, server.url, sent=bar)
    click.echo(f"{counts.logged:,} rows logged, {counts.sent:,} sent, {counts.lost:,} lost")
    if models > 1:
        with Client(server.url) as client:
            fill(monitor, server.url, models - 1, _declaring(client), click.echo)
    with progress_bar("days judged") as bar:
        judged = server.until_judged(declared.model, last_day(monitor), lambda done: bar and bar(done, None))
    if not judged:
        click.echo("Some days wait for their rows or labels; the page shows them as they are judged.")
    click.echo(f"\nOpen {server.url}/models/{declared.model}?span=all   (all models: {server.url})")
    if sys.stdin.isatty() and sys.stdout.isatty():
        click.echo("Ctrl-C ends the server; what it keeps stays.")
        try:
            server.process.wait()
        except KeyboardInterrupt:
            server.stop()
    else:
        click.echo(f"The server goes on; end it with: kill {server.process.pid}")


def _declaring(client: Client) -> Declare:
    """Return what puts a monitor in force and makes its reference."""

    def declare(model: str, toml: str, reference: Path) -> None:
        client.apply(model, toml)
        client.upload_reference(model, reference)

    return declare
