"""Whether `observe` should take a cell axis: one pass with cells against a loop over groups.

The decision rule was set beforehand: keep the axis only if it is at least five times as fast. Run:
``python benchmarks/grouped.py``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pyarrow as pa

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.counts import Counts
from vedette.summaries.histogram import Histogram
from vedette.summaries.moments import Moments


def main() -> None:
    """Print seconds of both ways and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=65_536, help="rows of a batch")
    asked.add_argument("--columns", type=int, default=50)
    asked.add_argument("--groups", type=int, nargs="+", default=[10, 100, 1000])
    given = asked.parse_args()
    rng = np.random.default_rng(0)
    table = pa.record_batch({f"x{i}": rng.normal(size=given.rows) for i in range(given.columns)})
    specs = [s for name in table.schema.names for s in summaries(name, table)]
    print("| groups | one pass, ms | loop, ms | ratio |\n|---|---|---|---|")
    for groups in given.groups:
        codes = rng.integers(0, groups, given.rows)
        together = best(lambda codes=codes, groups=groups: one_pass(table, specs, codes, groups))
        apart = best(lambda codes=codes, groups=groups: loop(table, specs, codes, groups), times=1)
        print(f"| {groups} | {together * 1e3:.0f} | {apart * 1e3:.0f} | {apart / together:.1f} |")


def summaries(name: str, table: pa.RecordBatch) -> list:
    """Return what every number column is counted with."""
    binning = Binning.fit(table.column(name).to_numpy())
    return [Histogram(column=name, binning=binning), Counts(column=name), Moments(column=name)]


def one_pass(table: pa.RecordBatch, specs: list, codes: np.ndarray, groups: int) -> None:
    """Observe all groups at once."""
    batch, cells = Batch(table), Cells(codes, groups)
    for spec in specs:
        spec.observe(batch, cells)


def loop(table: pa.RecordBatch, specs: list, codes: np.ndarray, groups: int) -> None:
    """Observe each group's rows by themselves."""
    whole = Batch(table)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(groups + 1))
    ordered = whole.take(order)
    for start, end in pairwise(bounds):
        part = Batch(ordered.table.slice(start, end - start))
        for spec in specs:
            spec.observe(part, Cells())


def best(work: Callable[[], object], times: int = 3) -> float:
    """Return the least of a few timings, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    main()
