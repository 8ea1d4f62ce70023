"""Spans of time as people write them, ``"6h"`` or ``"1d"``, in microseconds."""

from __future__ import annotations

import re

from vedette.errors import ConfigError

_SECONDS = {"min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def micros(text: str) -> int:
    """Return the microseconds of a span; an empty text is none at all.

    Raises
    ------
    ConfigError
        Code ``alerts.bad-span``.

    Examples
    --------
    >>> micros("6h"), micros("")
    (21600000000, 0)
    """
    found = re.fullmatch(r"\s*(\d+)\s*(min|h|d|w)\s*", text)
    if not found and text.strip():
        raise ConfigError(
            f"The span {text!r} is not understood",
            "A count and a unit: 30min, 6h, 1d or 1w",
            "Write for example cooldown = '1d'",
            code="alerts.bad-span",
        )
    return int(found[1]) * _SECONDS[found[2]] * 1_000_000 if found else 0
