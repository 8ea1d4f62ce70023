"""The page of the benchmark of alarms, written from its results."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from scipy.stats import chi2

from alarm_worlds import CHANGES, STILL

HEAD = """# False alarms and delays, measured

Written by `python benchmarks/alarms.py --page {path}` from `benchmarks/results/alarms.csv`, which
`python benchmarks/alarms.py` fills; every tool saw the same rows. A window is an hour. Tools that take seconds for a
window were given fewer seeds and windows: each cell says of how many windows it speaks.

## Nothing changes

Share of windows with at least one false alarm over all columns (windows looked at). The promise `1 per month` is one
in 730 windows of an hour, 0.14 %.

"""
HELD = """
What the promise of 730 windows to a false alarm came to: the least number that the alarms seen leave possible at 95 %
confidence (alarms as a Poisson process).

"""
CHANGED = """
## One column changes

Median windows of 500 rows from the change to the first alarm (share of runs in which it was found within 150
windows without an alarm before the change). First at each tool's own setting, then at the threshold that gives each
one false alarm in 1000 windows on still streams; – where a tool has no such threshold or too few still windows were
affordable to set it. "vedette together" also follows the number columns all at once (`multivariate = true`).

"""


def write(path: Path, results: Path) -> None:
    """Write the page."""
    with results.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    still, changed = ([r for r in rows if r["part"] == part] for part in ("still", "changed"))
    ours = [r for r in still if r["tool"].startswith("vedette") and int(r["windows"])]
    text = HEAD.format(path=path) + grid(still, false_alarms) + HELD + held(ours)
    text += CHANGED + grid(changed, own_delay)
    text += "\nAt one false alarm in 1000 windows:\n\n" + grid(changed, matched_delay)
    path.write_text(text, encoding="utf-8")


def grid(rows: list[dict[str, str]], cell: object) -> str:
    """Return a table of cases by tools."""
    tools = sorted(dict.fromkeys(r["tool"] for r in rows), key=lambda name: not name.startswith("vedette"))
    known_cases = [one.name for one in (*STILL, *CHANGES)]
    cases = sorted(dict.fromkeys(r["case"] for r in rows), key=known_cases.index)
    known = {(r["case"], r["tool"]): cell(r) for r in rows}  # type: ignore[operator]
    lines = [_line(["", *tools]), "|---|" + "--:|" * len(tools)]
    lines += [_line([case, *(known.get((case, tool), "–") for tool in tools)]) for case in cases]
    return "\n".join(lines) + "\n"


def held(rows: list[dict[str, str]]) -> str:
    """Return how long a false alarm took at the least, case by case."""
    lines = [
        _line(["", "runs", "windows", "alarms", "windows to an alarm, at least"]),
        "|---|--:|--:|--:|--:|",
    ]
    for row in rows:
        windows, alarms = int(row["windows"]), int(row["alarms"])
        least = windows / (chi2.ppf(0.95, 2 * (alarms + 1)) / 2)
        lines.append(_line([row["case"], row["seeds"], f"{windows:,}", f"{alarms:,}", f"{least:,.0f}"]))
    return "\n".join(lines) + "\n"


def false_alarms(row: dict[str, str]) -> str:
    """Return the share of windows with a false alarm."""
    windows, alarms = int(row["windows"]), int(row["alarms"])
    return f"{100 * alarms / windows:.3g} % ({windows:,})" if windows else "failed"


def own_delay(row: dict[str, str]) -> str:
    """Return the delay at the tool's own setting."""
    return _delay(row["delay"], row["found"])


def matched_delay(row: dict[str, str]) -> str:
    """Return the delay at the common run length."""
    return _delay(row["matched_delay"], row["matched_found"])


def _delay(delay: str, found: str) -> str:
    if not delay:
        return "–"
    return f"{float(delay):.3g} ({float(found):.0%})" if delay != "inf" else f"not found ({float(found):.0%})"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
