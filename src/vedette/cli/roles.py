"""Options that name the columns' roles, and guesses of them from the columns' names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import click

from vedette.schema import Schema

#: Names that usually mean a role, best first.
_USUAL = {
    "id": r"id|.*_id|uuid|request_id|event_id",
    "time": r"time|timestamp|.*_time|.*_at|date|datetime|ts",
    "label": r"label|target|y_true|y|truth|actual|outcome|class",
    "score": r"score|.*_score|proba|probability|y_score|y_pred_proba|.*_proba|p_.*",
    "prediction": r"prediction|predicted|y_pred|pred|.*_pred|.*_prediction",
}


def role_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options ``--id --time --score --prediction --label --segment --monitor`` to a command."""
    for name in ("label", "prediction", "score", "time", "id"):
        command = click.option(f"--{name}", metavar="COLUMN", help=f"Column of the {name}.")(command)
    segment = click.option(
        "--segment", "segments", multiple=True, metavar="COLUMN", help="Also compute by its values."
    )
    return segment(command)


def schema_from(given: dict[str, Any], declared: Schema | None) -> Schema | None:
    """Return the schema of the options, which go before a declared one; None when nothing names a role."""
    named: dict[str, Any] = {
        k: given[k] for k in ("id", "time", "score", "prediction", "label") if given.get(k)
    }
    if given.get("segments"):
        named["segments"] = list(given["segments"])
    if declared is not None:
        return declared.with_(**named)
    return Schema(**named) if named else None


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Return the role that each column's name suggests, each role once.

    Examples
    --------
    >>> guess(["customer_id", "amount", "y_pred_proba", "y_true"])
    {'id': 'customer_id', 'label': 'y_true', 'score': 'y_pred_proba'}
    """
    found: dict[str, str] = {}
    for role, pattern in _USUAL.items():
        for option in pattern.split("|"):
            match = next(
                (c for c in columns if re.fullmatch(option, c, re.IGNORECASE) and c not in found.values()),
                None,
            )
            if match:
                found[role] = match
                break
    return found
