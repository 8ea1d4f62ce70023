"""Where a report goes from the command line: words on the terminal, files where asked, the exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

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


def deliver(report: Any, html: Path | None, json: Path | None, junit: Path | None) -> None:
    """Write the files asked for and print the report in words."""
    if html is not None:
        report.to_html(html)
    if json is not None:
        report.to_json(json)
    if junit is not None:
        junit.write_text(report.to_junit(), "utf-8")
    report.print()
    for path in (html, json, junit):
        if path is not None:
            click.echo(f"Written: {path}")


def progress_bar(label: str) -> Any:
    """Return a callback that draws a progress bar on standard error once a run takes longer than a moment."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        return None
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(label, total=None)

    def step(done: int, total: int | None) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=done, total=total)
        if total is not None and done >= total:
            bar.stop()

    return step
