"""Category counts: what is known, other, unseen and missing, however the column is stored."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.categories import Categories
from vedette.testing.rows import observed

SPEC = Categories(column="c", known=("a", "b"), rest=("r", "s"))


def counts(column, spec: Categories = SPEC) -> dict[str, float]:
    return dict(zip(spec.names(), observed(spec, c=column)["counts"][0].tolist(), strict=True))


def test_every_entry_has_one_place():
    drawn = np.random.default_rng(0).choice(["a", "b", "r", "s", "z", ""], 1000).tolist()
    of = Counter(drawn)
    want = {"a": of["a"], "b": of["b"], "(other)": of["r"] + of["s"], "(unseen)": of["z"] + of[""]}
    assert counts([*drawn, None, None]) == {**want, "(missing)": 2}


@pytest.mark.parametrize(
    "stored",
    [
        pa.array(["a", "z", None, "a"]),
        pa.array(["a", "z", None, "a"]).dictionary_encode(),
        pa.array(["a", "z", None, "a"], pa.large_string()),
        pa.array(["a", "z", None, "a"], pa.string_view()),
    ],
    ids=lambda array: str(array.type)[:10],
)
def test_storage_does_not_matter(stored: pa.Array):
    assert counts(stored) == {"a": 2, "b": 0, "(other)": 0, "(unseen)": 1, "(missing)": 1}


@pytest.mark.parametrize("stored", [[1, 0, None, 7], [1.0, 0.0, np.nan, 7.0], ["1", "0", None, "7"]])
def test_numbers_that_are_categories(stored: list):
    """1, 1.0 and "1" are one category."""
    spec = Categories(column="c", known=("0", "1"))
    assert list(counts(stored, spec).values()) == [1, 1, 0, 1, 1]


def test_booleans_are_zero_and_one():
    assert list(counts([True, True, False], Categories(column="c", known=("0", "1"))).values())[:2] == [1, 2]


def test_all_missing_and_no_categories():
    assert counts(pa.nulls(3), Categories(column="c", known=())) == {
        "(other)": 0,
        "(unseen)": 0,
        "(missing)": 3,
    }


def test_weights_and_cells():
    spec = Categories(column="c", known=("a", "b"), weight="w")
    batch = Batch(pa.record_batch({"c": ["a", "b", "a", None], "w": [1.0, 2.0, 0.5, 4.0]}))
    found = spec.observe(batch, Cells(np.array([0, 0, 2, 2]), 3))["counts"]
    assert found.tolist() == [[1, 2, 0, 0, 0], [0] * 5, [0.5, 0, 0, 0, 4]]
