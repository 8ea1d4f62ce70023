"""What the commands share that read labelled rows of both sides: their options, and the sides themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from vedette.cli.roles import role_options, schema_from

if TYPE_CHECKING:
    from vedette.engine.labels import LateLabels
    from vedette.layout import Layout
    from vedette.sources.base import Source

_PATH = click.Path(path_type=Path)
_OPTIONS = (
    (("--reference",), "Labelled rows to compare with."),
    (("--labels",), "Labels of the current rows in a file of their own, joined by id."),
    (("--monitor", "-m"), "Take the schema, and what is not named here, from this file."),
)


class Sides(NamedTuple):
    """The layout of the reference, the rows of both sides, and labels that came apart."""

    layout: Layout
    reference: Source
    current: Source
    labels: LateLabels | None


def side_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add CURRENT, ``--reference --labels --monitor --json`` and the roles to a command."""
    file = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--json", type=file, metavar="FILE", help="As JSON.")(role_options(command))
    for names, words in reversed(_OPTIONS):
        command = click.option(*names, type=_PATH, help=words)(command)
    return click.argument("current", type=_PATH, required=False)(command)


def sides(
    current: Path | None,
    reference: Path | None,
    labels: Path | None,
    monitor: Path | None,
    roles: dict[str, Any],
) -> Sides:
    """Return the two sides that the command line, or else the monitor, names.

    Raises
    ------
    ConfigError
        Nothing names both (``monitor.no-data``), or the reference is a baseline (``report.no-rows``).
    """
    from vedette.diagnosis.slices import late_labels
    from vedette.engine.fit import fit_layout
    from vedette.engine.unplanned import unplanned
    from vedette.monitor import Monitor
    from vedette.report.asked import no_rows
    from vedette.run import no_data, saved
    from vedette.schema import Schema
    from vedette.sources.base import open_source

    declared = Monitor() if monitor is None else Monitor.load(monitor)
    then, now = reference or declared.data.reference, current or declared.data.current
    if then is None or now is None:
        raise no_data("Neither the command line nor a monitor names both sides")
    if saved(then) is not None:
        raise no_rows(f"{then} is a baseline, which keeps no rows")
    schema = schema_from(roles, declared.schema if monitor else None) or Schema()
    windows = declared.windows
    rows = unplanned(open_source(then), schema, declared.calendar, windows.every, windows.timezone)
    given = labels or (declared.data.labels if current is None else None)
    return Sides(fit_layout(rows, schema), rows, open_source(now), late_labels(given, schema))


def write_json(path: Path | None, found: dict[str, Any]) -> None:
    """Write what was found where a file was named, and say so."""
    import msgspec

    if path is not None:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1))
        click.echo(f"Written: {path}")
