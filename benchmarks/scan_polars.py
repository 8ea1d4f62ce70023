"""Hand-written scan with polars: two lazy queries over the file, on its in-memory engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from columns import CATEGORIES, ID, LABEL, PREDICTION, SCORE, SEGMENT
from counts import MEASURED, SCORE_BINS, Counts, Edges, Integers, Number, answers

CELL, LOSS, SIZE = "cell", "loss", "size"


def number(name: str, edges: Edges) -> list[pl.Expr]:
    """Everything about one numeric column as aggregations, named ``column|statistic``."""
    column = pl.col(name)
    place = pl.lit(pl.Series(edges.values)).search_sorted(column.drop_nulls(), side="right")
    parts = {
        "n": column.count(),
        "nulls": column.null_count(),
        "low": column.min(),
        "high": column.max(),
        "mean": column.mean(),
        "variance": column.var(),
        "bins": place.value_counts().implode(),
    }
    return [expression.alias(f"{name}|{part}") for part, expression in parts.items()]


def columns(frame: pl.LazyFrame, edges: dict[str, Edges]) -> pl.LazyFrame:
    """One row with every column's counts, the rows and the distinct ids."""
    numbers = [expression for name in MEASURED for expression in number(name, edges[name])]
    categories = [pl.col(name).value_counts().implode() for name in CATEGORIES]
    return frame.select(*numbers, *categories, pl.len().alias("rows"), pl.col(ID).n_unique().alias("ids"))


def outcomes(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Rows and log loss by segment and prediction × score bin × label cell."""
    score, label = pl.col(SCORE), pl.col(LABEL)
    level = (score * SCORE_BINS).cast(pl.Int64).clip(0, SCORE_BINS - 1)
    loss = -pl.when(label == 1).then(score).otherwise(1.0 - score).log()
    cell = ((pl.col(PREDICTION) * SCORE_BINS + level) * 2 + label).alias(CELL)
    keyed = frame.select(SEGMENT, cell, loss.alias(LOSS))
    return keyed.group_by(SEGMENT, CELL).agg(pl.len().alias(SIZE), pl.col(LOSS).sum())


def scan(frame: pl.LazyFrame, edges: dict[str, Edges]) -> Counts:
    """Count a whole frame."""
    # One after the other: `collect_all` of both took 1.06 s for a million rows on two cores, this 0.78 s.
    row, cells = columns(frame, edges).collect(), outcomes(frame).collect()
    rows, distinct = row["rows"][0], row["ids"][0]
    counts = Counts(
        {name: _number(row, name, len(edges[name].group)) for name in MEASURED},
        {name: _sizes(row[name][0]) for name in CATEGORIES},
        rows=rows,
        duplicates=rows - distinct,
    )
    counts.segments = cells[SEGMENT].unique().sort().to_list()
    segment = np.searchsorted(np.array(counts.segments), cells[SEGMENT].to_numpy())
    width = 2 * SCORE_BINS * 2
    flat = np.zeros(len(counts.segments) * width, np.int64)
    flat[segment * width + cells[CELL].to_numpy()] = cells[SIZE].to_numpy()
    counts.cells = flat.reshape(-1, 2, SCORE_BINS, 2)
    counts.loss = np.asarray(np.bincount(segment, weights=cells[LOSS].to_numpy()), np.float64)
    return counts


def _sizes(pairs: pl.Series) -> dict[str, int]:
    """Value counts of a column as a dictionary."""
    values, sizes = pairs.struct.unnest()
    return dict(zip(values.to_list(), sizes.to_list(), strict=True))


def _number(row: pl.DataFrame, name: str, bins: int) -> Number:
    """Statistics of one numeric column from the query's only row."""
    places, sizes = row[f"{name}|bins"][0].struct.unnest()
    histogram: Integers = np.zeros(bins, np.int64)
    histogram[places.to_numpy()] = sizes.to_numpy()
    n, nulls, low, high, mean, variance = (
        row[f"{name}|{part}"][0] for part in ("n", "nulls", "low", "high", "mean", "variance")
    )
    return Number(histogram, n, nulls, low, high, mean, variance * (n - 1))


def compare(reference: Path, current: Path) -> dict[str, object]:
    """Read both files and answer."""
    frame = pl.read_parquet(reference)
    edges = {name: Edges.fit(frame[name].drop_nulls().to_numpy()) for name in MEASURED}
    return answers(edges, scan(frame.lazy(), edges), scan(pl.scan_parquet(current), edges))
