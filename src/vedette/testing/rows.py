"""Small ugly data with a column of every kind, on which laws are tried."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vedette.batch import Batch
from vedette.summaries.base import State, Summary, one_cell

#: Column -> what it holds. Numbers are multiples of 1/8, so that sums of them are exact in any order.
COLUMNS = {
    "id": "unique text",
    "t": "time, microseconds UTC, sometimes null",
    "x": "number, sometimes null, nan or ±inf",
    "y": "number near x, sometimes 0, null or nan",
    "z": "number, a function of the group g plus noise, sometimes null",
    "i": "whole number 0 to 3, sometimes null",
    "c": "one of the categories a to e, sometimes null",
    "g": "one of the groups u, v, w; dictionary encoded",
    "m": "text: a word, a number, or null",
    "s": "score in [0, 1], sometimes null, nan or outside",
    "s2": "another score in [0, 1], sometimes null",
    "l": "class: 0, 1, sometimes null or 2",
    "p": "predicted class: 0, 1, sometimes null",
    "w": "weight: 0 to 3",
    "q": "query: k0, k1 ..., about four rows each, not in order",
    "e": "vector of three multiples of 1/8, sometimes null",
}


def law_rows(n: int, seed: int = 0) -> Batch:
    """Return `n` random rows with the columns that `COLUMNS` describes.

    Examples
    --------
    >>> law_rows(3).names == list(COLUMNS)
    True
    """
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    x = rng.integers(-80, 80, n) / 8
    columns: dict[str, Any] = {
        "id": pa.array([f"e{seed}-{row}" for row in rng.permutation(n)], pa.string()),
        "t": _holes(rng, pa.array(rng.integers(0, 10**15, n), pa.timestamp("us", tz="UTC"))),
        "x": _holes(rng, _odd(rng, x, np.nan, np.inf, -np.inf)),
        "y": _holes(rng, _odd(rng, x + rng.integers(-16, 16, n) / 8, 0.0, np.nan)),
        "z": _holes(rng, pa.array(group + rng.integers(-8, 8, n) / 8)),
        "i": _holes(rng, pa.array(rng.integers(0, 4, n))),
        "c": _holes(rng, _drawn(rng, ("a", "a", "b", "c", "d", "e"), n)),
        "g": pa.array(np.array(("u", "v", "w"))[group], pa.string()).dictionary_encode(),
        "m": _holes(rng, _drawn(rng, ("word", "1.5", " 7 ", "nan", ""), n)),
        "s": _holes(rng, _odd(rng, rng.integers(0, 9, n) / 8, np.nan, 1.5, -0.25)),
        "s2": _holes(rng, pa.array(rng.integers(0, 65, n) / 64)),
        "l": _holes(rng, _drawn(rng, ("0", "0", "1", "1", "2"), n)),
        "p": _holes(rng, _drawn(rng, ("0", "1"), n)),
        "w": pa.array(rng.integers(0, 4, n).astype(float)),
        "q": pa.array([f"k{number}" for number in rng.integers(0, n // 4 + 1, n)], pa.string()),
        "e": _holes(rng, pa.array((rng.integers(-16, 16, (n, 3)) / 8).tolist(), pa.list_(pa.float64()))),
    }
    return Batch(pa.record_batch(columns))


def observed(spec: Summary, **columns: Any) -> State:
    """Return the state, of one cell, of rows given column by column.

    Examples
    --------
    >>> from vedette.summaries.counts import Counts
    >>> observed(Counts(column="x"), x=[1.0, None])["missing"]
    array([1])
    """
    return one_cell(Batch(pa.record_batch(columns)), spec)


def _drawn(rng: np.random.Generator, choices: tuple[str, ...], n: int) -> pa.Array:
    return pa.array(rng.choice(choices, n).tolist(), pa.string())


def _odd(rng: np.random.Generator, values: npt.NDArray[np.float64], *strange: float) -> pa.Array:
    """Return the values with one in ten replaced by one of `strange`."""
    return pa.array(np.where(rng.random(len(values)) < 0.1, rng.choice(strange, len(values)), values))


def _holes(rng: np.random.Generator, column: pa.Array) -> pa.Array:
    """Return the column with one entry in ten null."""
    return pa.array(column.to_pylist(), column.type, mask=rng.random(len(column)) < 0.1)
