"""The Parquet files every tool reads: a binary classifier's log and its 100k-row reference.

24 columns: 12 numbers (2 % nulls each), 6 categories of 3 to 200 values, score, prediction, label, time,
id and one segment. In the second half of the current data the mean of `num_00` moves by half a standard
deviation, `num_05` grows by half, and the frequencies of `cat_02` are reversed.

    python benchmarks/data.py --sizes 100k,1M,10M
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

import cache
from columns import (
    ALL,
    CARDINALITIES,
    CATEGORIES,
    ID,
    LABEL,
    NUMBERS,
    PREDICTION,
    SCORE,
    SEGMENT,
    SEGMENTS,
    TIME,
)
from sizes import parse_sizes

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

SEED = 20_260_101
REFERENCE_ROWS = 100_000
ROW_GROUP = 131_072
NULL_SHARE = 0.02
MONTH_US = 30 * 86_400 * 1_000_000
JANUARY_2026_US = 1_767_225_600 * 1_000_000

# Normal, log-normal, uniform, whole numbers kept as floats, heavy tails (t of 2 degrees has no variance).
DRAWS: tuple[Draw, ...] = (
    lambda rng, n: rng.normal(0.0, 1.0, n),
    lambda rng, n: rng.normal(10.0, 3.0, n),
    lambda rng, n: rng.normal(-5.0, 0.5, n),
    lambda rng, n: rng.lognormal(0.0, 1.0, n),
    lambda rng, n: rng.lognormal(3.0, 0.5, n),
    lambda rng, n: rng.lognormal(1.0, 0.25, n),
    lambda rng, n: rng.uniform(0.0, 1.0, n),
    lambda rng, n: rng.uniform(-100.0, 100.0, n),
    lambda rng, n: np.floor(rng.uniform(18.0, 90.0, n)),
    lambda rng, n: rng.poisson(3.0, n).astype(np.float64),
    lambda rng, n: rng.standard_t(3.0, n),
    lambda rng, n: 5.0 * rng.standard_t(2.0, n),
)
SHIFTED, GROWN, REVERSED = "num_00", "num_05", "cat_02"


def hashed(counter: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Unique ids without order: a bijection of 64-bit counters (the finaliser of splitmix64).

    Sequential ids would let a tool see duplicates for nothing; identifiers in production are hashes.
    """
    mixed = counter * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))).view(np.int64)


def frequencies(cardinality: int) -> Floats:
    """Zipf-like shares of the values of one category (exponent 0.8)."""
    shares = np.arange(1.0, cardinality + 1.0) ** -0.8
    return np.asarray(shares / shares.sum())


def codes(rng: np.random.Generator, rows: int, cardinality: int) -> NDArray[np.int64]:
    """Codes of a category drawn with its frequencies."""
    return np.searchsorted(np.cumsum(frequencies(cardinality))[:-1], rng.random(rows), side="right")


def strings(prefix: str, cardinality: int, drawn: NDArray[np.int64]) -> pa.Array:
    """Codes as plain strings, which is how a log holds them."""
    values = pa.array([f"{prefix}_{i:03d}" for i in range(cardinality)])
    return values.take(pa.array(drawn))


def block(rng: np.random.Generator, first: int, rows: int, drifted: NDArray[np.bool_]) -> dict[str, pa.Array]:
    """One row group without its time column."""
    numbers = {name: draw(rng, rows) for name, draw in zip(NUMBERS, DRAWS, strict=True)}
    signal = numbers["num_01"] - 10.0
    numbers[SHIFTED] += 0.5 * drifted
    numbers[GROWN] *= 1.0 + 0.5 * drifted
    columns = {name: pa.array(values, mask=rng.random(rows) < NULL_SHARE) for name, values in numbers.items()}
    for name, cardinality in zip(CATEGORIES, CARDINALITIES, strict=True):
        drawn = codes(rng, rows, cardinality)
        if name == REVERSED:
            drawn = np.where(drifted, cardinality - 1 - drawn, drawn)
        columns[name] = strings(name, cardinality, drawn)
    segment = codes(rng, rows, SEGMENTS)
    logit = 0.4 * signal + 0.6 * numbers["num_06"] + 0.2 * (segment - 3) - 0.8
    score = 1.0 / (1.0 + np.exp(-logit))
    columns[SCORE] = pa.array(score)
    columns[PREDICTION] = pa.array((score >= 0.5).astype(np.int64))
    columns[LABEL] = pa.array((rng.random(rows) < score).astype(np.int64))
    columns[ID] = pa.array(hashed(np.arange(first, first + rows, dtype=np.uint64)))
    columns[SEGMENT] = strings("region", SEGMENTS, segment)
    return columns


def write(path: Path, rows: int, *, month: int, drift: bool) -> None:
    """Write one file row group by row group, in bounded memory; an interrupted file never gets its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    writer = None
    step = MONTH_US // rows
    for first in range(0, rows, ROW_GROUP):
        index = np.arange(first, min(first + ROW_GROUP, rows), dtype=np.int64)
        rng = np.random.default_rng([SEED, month, rows, first])
        columns = block(rng, month * 2**40 + first, len(index), drift & (index >= rows // 2))
        moment = JANUARY_2026_US + month * MONTH_US + index * step
        columns[TIME] = pa.array(moment, type=pa.timestamp("us", tz="UTC"))
        table = pa.table({name: columns[name] for name in ALL})
        writer = writer or pq.ParquetWriter(partial, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=ROW_GROUP)
    if writer is not None:
        writer.close()
    partial.rename(path)


def generate(root: Path, sizes: Iterable[int], *, again: bool = False) -> None:
    """Write the reference and the current files that are not there yet."""
    wanted = [(cache.reference_file(root), REFERENCE_ROWS, 0, False)]
    wanted += [(cache.current_file(root, rows), rows, 1, True) for rows in sizes]
    for path, rows, month, drift in wanted:
        if again or not path.exists():
            write(path, rows, month=month, drift=drift)
        print(f"{path.name}: {rows:,} rows, {path.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache.add_argument(parser)
    parser.add_argument("--sizes", type=parse_sizes, default="100k,1M,10M")
    parser.add_argument("--again", action="store_true", help="write files that exist once more")
    asked = parser.parse_args()
    generate(asked.data, asked.sizes, again=asked.again)


if __name__ == "__main__":
    main()
