"""Options that say how long a server keeps what it has: ``--keep-rows 90d``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from vedette.server.upkeep import Keeping
    from vedette.store.upkeep import Retention

Command = TypeVar("Command", bound=Callable[..., Any])
_UNITS = {"d": 1, "w": 7, "y": 365}
#: What is kept, for how long unless said otherwise, and what it is.
_CLASSES = (
    ("rows", "forever", "predictions, labels and feedback as they came"),
    ("states", "forever", "summaries of windows, which reports and comparisons read"),
    ("numbers", "forever", "metrics of windows, which the charts show"),
    ("quarantine", "90d", "rows that were refused"),
    ("messages", "30d", "messages that arrived or never can"),
)


def days(ctx: click.Context | None, option: click.Parameter | None, text: str) -> int | None:
    """Return the days of a time such as ``90d``, ``12w`` or ``2y``; None for ``forever``.

    Raises
    ------
    click.BadParameter
        Anything else.

    Examples
    --------
    >>> [days(None, None, text) for text in ("90d", "12w", "2y", "forever")]
    [90, 84, 730, None]
    """
    if text == "forever":
        return None
    found = re.fullmatch(r"([1-9]\d{0,4})([dwy])", text.strip(), re.ASCII)
    if found is None:
        raise click.BadParameter(
            f"{text!r} is no time to keep things: write 90d, 12w, 2y or forever", ctx, option
        )
    return int(found[1]) * _UNITS[found[2]]


def keeping_options(command: Command) -> Command:
    """Give a command an option for each class of data."""
    for name, usual, about in reversed(_CLASSES):
        command = click.option(
            f"--keep-{name}",
            callback=days,
            default=usual,
            envvar=f"VEDETTE_KEEP_{name.upper()}",
            show_default=True,
            metavar="TIME",
            help=f"How long it keeps {about}.",
        )(command)
    return command


def kept(given: dict[str, int | None]) -> tuple[Retention, Keeping]:
    """Return what the options of `keeping_options` say."""
    from vedette.server.upkeep import Keeping
    from vedette.store.upkeep import Retention

    rows = given["keep_rows"]
    retention = Retention(predictions=rows, labels=rows, feedback=rows, quarantine=given["keep_quarantine"])
    keeping = Keeping(
        states=given["keep_states"], series=given["keep_numbers"], deliveries=given["keep_messages"]
    )
    return retention, keeping
