"""Where a report goes from the command line: words on the terminal, files where asked, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vedette.engine.scan import Progress

_FORMS = {
    "html": "A self-contained page.",
    "json": "Everything, as JSON.",
    "junit": "JUnit XML for build servers.",
}


def form_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--html --json --junit`` to a command."""
    for form, words in reversed(_FORMS.items()):
        kind = click.Path(dir_okay=False, path_type=Path)
        command = click.option(f"--{form}", type=kind, metavar="FILE", help=words)(command)
    return command


def ask_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--slices --disde`` to a command."""
    for name, words in (
        ("--disde", "Also take the change of the errors apart (needs labels on both sides)."),
        ("--slices", "Also name the slices whose errors rose (needs labels on both sides)."),
    ):
        command = click.option(name, is_flag=True, help=words)(command)
    return command


def deliver(
    report: Any,
    html: Path | None,
    json: Path | None,
    junit: Path | None,
    *,
    slices: bool = False,
    disde: bool = False,
) -> None:
    """Find out what was asked, write the files asked for and print the report in words."""
    if slices:
        report.slices()
    if disde:
        report.disde()
    if html is not None:
        report.to_html(html)
    if json is not None:
        report.to_json(json)
    if junit is not None:
        junit.write_text(report.to_junit(), "utf-8")
    report.print()
    if slices or disde:
        from vedette.report.asked import told

        click.echo(told(report.asked, report.baseline.layout.task))
    for path in (html, json, junit):
        if path is not None:
            click.echo(f"Written: {path}")


@contextmanager
def progress_bar(label: str) -> Iterator[Progress | None]:
    """Give a callback that draws a progress bar on standard error while a run lasts; None where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
