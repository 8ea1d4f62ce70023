"""False alarms on a real year in which nothing happens: the flights of 2013 with their times shuffled.

Real marginals, clustered weather, missing values, categories and labels; by shuffling, no day differs from another but
by chance, neither in its rows nor in how well they are predicted, in all of them and by carrier and airport. Run
``vedette demo flights`` first, then ``python benchmarks/still_year.py vedette-demo/flights --seeds 20``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import vedette as vd

SCHEMA = vd.Schema(
    id="flight_id", time="departed_at", score="p_late", label="late", segments=["carrier", "origin"]
)


def main() -> None:
    """Print the alarms of all shuffles, and how many the promise would allow."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", type=Path, help="what the demo wrote")
    asked.add_argument("--seeds", type=int, default=20)
    given = asked.parse_args()
    past = pq.read_table(given.folder / "reference.parquet")
    year = pa.concat_tables(
        [past, labelled(given.folder).select(past.column_names)], promote_options="default"
    )
    alarms = [count(shuffled(year, seed), past.num_rows) for seed in range(given.seeds)]
    days = sum(found[1] for found in alarms)
    print(f"{given.seeds} shuffled years, {days} days after the reference:")
    for part, name in (("drift", "of columns"), ("performance", "of performance and of what scores mean")):
        print(f"{sum(found[0][part] for found in alarms)} alarms {name};")
    print(f"the promise of 1 per month allows {days / 30.4375:.0f} in all on average")


def labelled(folder: Path) -> pa.Table:
    """Return the predictions with the labels that came later."""
    rows, labels = (pq.read_table(folder / f"{name}.parquet") for name in ("predictions", "labels"))
    known = labels.select(["flight_id", "late"])
    return rows.join(known, "flight_id", join_type="left outer")


def shuffled(year: pa.Table, seed: int) -> pa.Table:
    """Return the rows in order of times that were dealt out anew."""
    order = np.random.default_rng(seed).permutation(year.num_rows)
    place = year.column_names.index("departed_at")
    times = year.column("departed_at").combine_chunks().take(pa.array(order))
    return year.set_column(place, "departed_at", times).sort_by("departed_at")


def count(year: pa.Table, past: int) -> tuple[dict[str, int], int]:
    """Return the alarms by what they are about, and the days after the first `past` rows, which are the reference."""
    report = vd.compare(
        year.slice(0, past), year.slice(past), SCHEMA, every="1d", timezone="America/New_York"
    )
    alarms = report.watched.alarms if report.watched else ()
    about = [alarm.part in ("performance", "concept") for alarm in alarms]
    return {"performance": sum(about), "drift": len(about) - sum(about)}, len(report.windows)


if __name__ == "__main__":
    main()
