"""A small log of a binary model, in every shape a user may hold it."""

import numpy as np
import pyarrow as pa
import pytest

from vedette.schema import Schema

SCHEMA = Schema(
    id="id", time="at", score="score", prediction="prediction", label="label", segments=["region"]
)


def make_rows(n=3000, seed=0, shift=0.0, days=3):
    """Return a table with numbers, nulls, categories, score, prediction, partly known labels, id and time."""
    rng = np.random.default_rng(seed)
    x = rng.normal(shift, 1, n)
    score = 1 / (1 + np.exp(-x))
    label = (rng.random(n) < score).astype(np.int64)
    start = 1_700_000_000_000_000
    at = start + np.sort(rng.integers(0, days * 86_400_000_000, n))
    return pa.table(
        {
            "x": pa.array(np.where(rng.random(n) < 0.05, np.nan, x), from_pandas=True),
            "age": rng.integers(18, 90, n),
            "colour": rng.choice(["red", "green", "blue"], n),
            "region": rng.choice(["north", "south"], n, p=[0.7, 0.3]),
            "score": score,
            "prediction": (score >= 0.5).astype(np.int64),
            "label": pa.array(label, mask=rng.random(n) < 0.1),
            "id": rng.permutation(n),
            "at": pa.array(at, pa.timestamp("us", tz="UTC")),
        }
    )


@pytest.fixture
def schema():
    return SCHEMA


@pytest.fixture
def rows():
    return make_rows()
