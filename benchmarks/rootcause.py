"""Does the diagnosis name what was injected? Eight causes x seeds x data sets, beside two rankers by drift.

python benchmarks/rootcause.py --quick          # 5 seeds, the data that need no download
python benchmarks/rootcause.py --seeds 50       # all data sets -> results/rootcause.csv

*top-1* and *top-3*: the cause is the first, or among the first three, of the diagnosis. For a covariate shift of a
feature that the model hardly reads, "benign drift" of that feature is right too. *hit@1*: the first cause names the
injected column or segment. The rankers name a column only: by population stability index, and by the number of
tenths of the current rows whose index is above .1. Of a concept shift they know nothing, and it counts as a miss.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import cache
from rootcause_data import DATA_SETS, Data
from rootcause_inject import CAUSES, Injected
from vedette.diagnosis.cause import Diagnosis
from vedette.diagnosis.diagnose import diagnose
from vedette.diagnosis.needs import wanted
from vedette.engine.baseline import Baseline
from vedette.engine.bins import coarse
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.scan import Wanted, scan
from vedette.engine.span import windows_over
from vedette.layout import Layout
from vedette.schema import Schema
from vedette.sources.base import open_source

RESULTS = Path(__file__).resolve().parent / "results" / "rootcause.csv"
#: Causes that nobody can see without labels.
NEED_LABELS = ("concept shift", "label pipeline")
#: Data whose current rows drift by themselves; a table line of their own.
DRIFTING = "flights in April"


class Trial(NamedTuple):
    """One injection and what was made of it; hits are None where no column or segment was injected."""

    data: str
    cause: str
    seed: int
    column: str
    said: str
    named: str
    top1: bool
    top3: bool
    hit1: bool | None
    psi_hit1: bool | None
    alerts_hit1: bool | None
    ms: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("--quick", action="store_true", help="5 seeds, synthetic data only")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument(
        "--rows", type=int, default=5_000, help="current rows of a trial (default: %(default)s)"
    )
    parser.add_argument("--unlabelled", action="store_true", help="no current labels; causes that need none")
    parser.add_argument("--sets", default=",".join(DATA_SETS), help="default: %(default)s")
    parser.add_argument("--out", type=Path, default=RESULTS, help="CSV (default: %(default)s)")
    asked = parser.parse_args()
    names = ["credit"] if asked.quick else asked.sets.split(",")
    seeds = 5 if asked.quick else asked.seeds
    causes = [c for c in CAUSES if not (asked.unlabelled and c in NEED_LABELS)]
    sets = (DATA_SETS[name](asked.data) for name in names)
    trials = [t for data in sets for t in run(data, causes, seeds, asked.rows, unlabelled=asked.unlabelled)]
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    with asked.out.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Trial._fields)
        writer.writerows(trials)
    print(table(trials))


def run(data: Data, causes: Sequence[str], seeds: int, rows: int, *, unlabelled: bool) -> Iterator[Trial]:
    """Yield the trials of one data set."""
    schema = Schema(score="score", label="label", segments=data.segments, categorical=data.categories)
    baseline = Baseline.fit(data.reference, schema, metrics=[])
    needed = wanted(baseline.layout)
    source = open_source(data.reference)
    baseline = Baseline(baseline.layout, scan(source, baseline.layout, needed))
    for cause in causes:
        for seed in range(seeds):
            rng = np.random.default_rng([seed, *cause.encode(), *data.name.encode()])
            injected = CAUSES[cause](data, rng, rows)
            if unlabelled:
                injected = injected._replace(frame=injected.frame.assign(label=np.nan))
            yield trial(data.name, cause, seed, injected, baseline, needed)
        print(f"{data.name}: {cause}", file=sys.stderr)


def trial(name: str, cause: str, seed: int, injected: Injected, baseline: Baseline, needed: Wanted) -> Trial:
    """Diagnose one set of current rows."""
    source = open_source(injected.frame)
    windows, _ = windows_over(source, baseline.layout, f"{len(injected.frame) // 10} rows")
    cube = scan(source, baseline.layout, needed, windows, by_row=True)
    start = time.perf_counter()
    found = diagnose(cube, baseline)
    spent = 1000 * (time.perf_counter() - start)
    first = found.causes[0]
    right = {cause, "benign drift"} if cause == "covariate shift" else {cause}
    kinds = [c.kind for c in found.causes[:3]]
    by_psi, by_alerts = ranked(cube, baseline)
    return Trial(
        name,
        cause,
        seed,
        injected.segment or " | ".join(injected.columns),
        first.kind,
        str(first.segment or first.column or ""),
        first.kind in right,
        any(kind in right for kind in kinds),
        named(found, injected),
        hit(by_psi, injected),
        hit(by_alerts, injected),
        round(spent, 1),
    )


def named(found: Diagnosis, injected: Injected) -> bool | None:
    """Tell whether the first cause names the injected column or segment."""
    first = found.causes[0]
    if injected.segment:
        return str(first.segment) == injected.segment
    if not injected.columns:
        return None
    return first.column in injected.columns


def hit(column: str, injected: Injected) -> bool | None:
    """Tell whether a ranker's column is the injected one."""
    if injected.segment:
        return False
    return column in injected.columns if injected.columns else None


def ranked(cube: Cube, baseline: Baseline) -> tuple[str, str]:
    """First column by population stability index, and by the number of windows in which it is above .1."""
    names = [c.name for c in baseline.layout.monitored() if c.role in ("feature", "segment")]
    by_window = {name: psi(cube, baseline.cube, baseline.layout, name) for name in names}
    whole = {name: psi(cube.over_time(), baseline.cube, baseline.layout, name)[0] for name in names}
    alerts = {name: (int((values > 0.1).sum()), float(values.mean())) for name, values in by_window.items()}
    return max(names, key=whole.__getitem__), max(names, key=alerts.__getitem__)


def psi(cube: Cube, reference: Cube, layout: Layout, column: str) -> np.ndarray:
    """Plain index of each window."""
    spec = layout.bins(column)
    now, then = (coarse(c.states[TOTAL, spec]) + 0.5 for c in (cube, reference))
    q, p = now / now.sum(1, keepdims=True), then / then.sum(1, keepdims=True)
    found: np.ndarray = ((q - p) * np.log(q / p)).sum(1)
    return found


def table(trials: Sequence[Trial]) -> str:
    """Markdown: by cause, by data set, and over all causes."""
    frame = pd.DataFrame(trials, columns=Trial._fields)
    frame = frame[(frame["data"] != DRIFTING) | (frame["cause"] != "stable")]
    clean = frame[frame["data"] != DRIFTING]
    injected = clean[clean["cause"] != "stable"]
    groups = [(str(k), g) for k, g in clean.groupby("cause", sort=False)]
    groups += [(f"*{k}*, all causes", g) for k, g in injected.groupby("data", sort=False)]
    lines = [
        "| | trials | top-1 | top-3 | hit@1 | hit@1 PSI | hit@1 alerts | ms |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [row(name, group) for name, group in [*groups, ("**all causes, clean data**", injected)]]
    drifting = frame[frame["data"] == DRIFTING]
    lines += [row(f"*{DRIFTING}* (natural drift beneath)", drifting)] if len(drifting) else []
    lines.append("| target | | .85 | .97 | .90 | | | |")
    return "\n".join(lines)


def row(name: str, group: pd.DataFrame) -> str:
    """One line of the table."""
    cells = [share(group[column]) for column in ("top1", "top3", "hit1", "psi_hit1", "alerts_hit1")]
    return f"| {name} | {len(group)} | {' | '.join(cells)} | {group['ms'].median():.0f} |"


def share(values: pd.Series) -> str:
    """Share of trues among those that apply."""
    known = values.dropna()
    return f"{known.astype(bool).mean():.3f}" if len(known) else "–"


if __name__ == "__main__":
    main()
