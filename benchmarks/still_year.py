"""False alarms on a real year in which nothing happens: the flights of 2013 with their times shuffled.

Real marginals, clustered weather, missing values and categories; by shuffling, no day differs from another but by
chance. Run ``vedette demo flights`` first, then
``python benchmarks/still_year.py vedette-demo/flights --seeds 20``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import vedette as vd

SCHEMA = vd.Schema(id="flight_id", time="departed_at", score="p_late")


def main() -> None:
    """Print the drift alarms of each shuffle, and how many the promise would allow."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path, help="what the demo wrote")
    asked.add_argument("--seeds", type=int, default=20)
    given = asked.parse_args()
    past = pq.read_table(given.folder / "reference.parquet").drop_columns(["late"])
    year = pa.concat_tables([past, pq.read_table(given.folder / "predictions.parquet")])
    alarms = [count(shuffled(year, seed), past.num_rows) for seed in range(given.seeds)]
    days = sum(found[1] for found in alarms)
    print(
        f"{given.seeds} shuffled years, {days} days after the reference: {sum(a for a, _ in alarms)} drift alarms;"
    )
    print(f"the promise of 1 per month allows {days / 30.4375:.0f} on average")


def shuffled(year: pa.Table, seed: int) -> pa.Table:
    """Return the rows in order of times that were dealt out anew."""
    order = np.random.default_rng(seed).permutation(year.num_rows)
    place = year.column_names.index("departed_at")
    times = year.column("departed_at").combine_chunks().take(pa.array(order))
    return year.set_column(place, "departed_at", times).sort_by("departed_at")


def count(year: pa.Table, past: int) -> tuple[int, int]:
    """Return drift alarms and days after the first `past` rows, which are the reference."""
    report = vd.compare(
        year.slice(0, past), year.slice(past), SCHEMA, every="1d", timezone="America/New_York"
    )
    return sum(f.rule == "promise" for f in report.findings), len(report.windows)


if __name__ == "__main__":
    main()
