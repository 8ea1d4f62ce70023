"""Row counts as people write them: ``100k,1M,10M``."""

from __future__ import annotations

import argparse

FACTORS = {"k": 1_000, "M": 1_000_000}


def parse_sizes(text: str) -> tuple[int, ...]:
    """Row counts of a comma-separated list."""
    try:
        return tuple(_rows(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"sizes are written like 100k,1M,10M; found {text!r}") from error


def _rows(part: str) -> int:
    factor = FACTORS.get(part[-1:])
    return int(part) if factor is None else int(part[:-1]) * factor


def spell(rows: int) -> str:
    """Row count in the form that :func:`parse_sizes` reads."""
    for suffix, factor in reversed(FACTORS.items()):
        if rows % factor == 0:
            return f"{rows // factor}{suffix}"
    return str(rows)
