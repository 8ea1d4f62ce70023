"""Number of distinct values: exact while few, within its error when many."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.distinct import Distinct
from vedette.testing.rows import observed


def estimate(spec: Distinct, **columns) -> float:
    return float(spec.estimate(observed(spec, **columns))[0])


@pytest.mark.parametrize("values", [0, 1, 15, 16])
def test_is_exact_up_to_k(values: int):
    """A full sketch may be exact too: its largest hash stands for all that follow."""
    drawn = np.random.default_rng(0).integers(0, max(values, 1), 5000 * bool(values)).astype(float)
    found = estimate(Distinct(column="x", k=16), x=pa.array(drawn, pa.float64()))
    assert found == values if values < 16 else found >= 16


@pytest.mark.parametrize("number", [True, False])
def test_many_values_are_within_the_error(number: bool):
    """Of 40 columns of 20 000 values the relative error has the declared standard deviation, 1 / √(k - 2)."""
    spec = Distinct(column="x", number=number, k=256)
    errors = []
    for seed in range(40):
        x = np.random.default_rng(seed).choice(10**9, 20_000, replace=False)
        errors.append(estimate(spec, x=x if number else x.astype(str)) / 20_000 - 1)
    assert abs(np.mean(errors)) < 4 / np.sqrt(254 * 40)
    assert 0.6 < np.std(errors) * np.sqrt(254) < 1.5


def test_missing_values_are_none():
    assert estimate(Distinct(column="x"), x=[None, np.nan, 1.0, np.inf, -np.inf]) == 3
    assert estimate(Distinct(column="x", number=False), x=["a", None, "a", ""]) == 2


def test_a_number_is_one_value_however_it_is_stored():
    spec = Distinct(column="x")
    states = [observed(spec, x=column) for column in ([1, 0], [1.0, -0.0], ["1", "0.0"], [True, False])]
    assert all(state == states[0] for state in states)


def test_few_values_of_many_rows_are_all_found():
    """Where repeats leave too few hashes below the first guess, all rows are looked at."""
    x = np.repeat(np.arange(50.0), 4000)
    spec = Distinct(column="x", k=64)
    state = spec.observe(Batch(pa.record_batch({"x": x})), Cells(np.arange(len(x)) % 3, 4))
    assert spec.estimate(state).tolist() == [50, 50, 50, 0]


def test_merging_is_of_the_same_values():
    """Any split of the rows gives the same hashes, and values on both sides count once."""
    x = np.random.default_rng(1).integers(0, 3000, 9000).astype(float)
    spec = Distinct(column="x", k=100)
    parts = [observed(spec, x=part) for part in np.array_split(x, 7)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    assert merged == observed(spec, x=x)
