"""The machine's limit: two hand-written scans that do the job of one comparison and nothing else.

Per feature: counts, nulls, minimum, maximum, mean, standard deviation, seven quantiles from the
histogram, and PSI, Jensen-Shannon and Kolmogorov-Smirnov against bins of the reference's quantiles (64 for a
number, every value of a category). Then duplicated ids, and six classification metrics over all rows and in
every segment. What vedette adds (intervals, p-values, findings) they do not do, and they expect clean data:
no NaN, no null in the score, the label or the prediction.

    python benchmarks/scans.py numpy REFERENCE CURRENT     one timed run, its times as a line of JSON
    python benchmarks/scans.py agree REFERENCE CURRENT     run both, exit 1 where their answers differ
"""

from __future__ import annotations

import argparse
import importlib
import math
import sys
from collections.abc import Iterator
from pathlib import Path

from stages import Stages

SCANS = ("numpy", "polars")
# Sums run in another order in the two scans; counts must be equal.
TOLERANCE = 1e-9


def differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """Places where two answers are not the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from differences(one.get(key), other.get(key), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for position, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}/{position}")
    elif isinstance(one, float) and isinstance(other, float):
        if not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            yield f"{path}: {one!r} and {other!r}"
    elif one != other:
        yield f"{path}: {one!r} and {other!r}"


def agree(reference: Path, current: Path) -> int:
    """Compare the answers of both scans."""
    first, second = (importlib.import_module(f"scan_{name}").compare(reference, current) for name in SCANS)
    found = list(differences(first, second))
    print("\n".join(found) or f"the scans agree on {current.name}")
    return 1 if found else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verb", choices=(*SCANS, "agree"))
    parser.add_argument("reference", type=Path)
    parser.add_argument("current", type=Path)
    asked = parser.parse_args()
    if asked.verb == "agree":
        return agree(asked.reference, asked.current)
    stages = Stages()
    with stages("import"):
        scan = importlib.import_module(f"scan_{asked.verb}")
    with stages("call"):
        found = scan.compare(asked.reference, asked.current)
    stages.report(asked.verb, rows=found["rows"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
