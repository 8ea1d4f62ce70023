"""Frequent values: exact while they fit, short by a known bound when they do not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.frequent import Frequent
from vedette.testing.rows import observed


def zipf(size: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [f"v{value}" for value in rng.zipf(1.5, size).clip(max=500)]


def test_is_exact_while_all_fit():
    values = zipf(500)
    spec = Frequent(column="c", k=600)
    (found,) = spec.top(observed(spec, c=values))
    assert found == Counter(values)
    assert list(found.values()) == sorted(found.values(), reverse=True)


@pytest.mark.parametrize("parts", [1, 5, 40])
def test_bound_holds_however_rows_are_split(parts: int):
    """No count is too large, none short by more than is declared, and what is frequent is held."""
    values, spec = zipf(4000), Frequent(column="c", k=10)
    state = spec.empty()
    for part in np.array_split(np.array(values), parts):
        state = state.merge(observed(spec, c=part.tolist()))
    (found,), true, bound = spec.top(state), Counter(values), int(state["short"][0])
    assert bound <= len(values) // 11
    assert all(true[name] - bound <= count <= true[name] for name, count in found.items())
    assert {name for name, count in true.items() if count > bound} <= set(found)


def test_names_what_is_unseen():
    spec = Frequent(column="c", besides=("a", "b"))
    state = observed(spec, c=pa.array(["a", "new", None, "b", "new", "other"]).dictionary_encode())
    assert spec.top(state) == [{"new": 2, "other": 1}]
    assert state["rows"].tolist() == [3]


def test_ties_do_not_depend_on_the_order():
    spec = Frequent(column="c", k=2)
    assert observed(spec, c=["b", "a", "c"]) == observed(spec, c=["c", "b", "a"])


def test_long_names_are_cut_and_other_alphabets_kept():
    spec = Frequent(column="c")
    long = "x" * 100
    (found,) = spec.top(observed(spec, c=[long, "漢字", "漢字", "é" * 40]))
    assert found == {"漢字": 2, "x" * 64: 1, "é" * 32: 1}


def test_cells():
    spec = Frequent(column="c", k=3)
    batch = Batch(pa.record_batch({"c": ["a", "b", "a", "c"]}))
    state = spec.observe(batch, Cells(np.array([0, 0, 2, 2]), 3))
    assert spec.top(state) == [{"a": 1, "b": 1}, {}, {"a": 1, "c": 1}]


class TestAgreement:
    """States agree when what each knows of every count overlaps."""

    spec = Frequent(column="c", k=2)

    def test_of_the_same_rows(self):
        values = zipf(300)
        whole = observed(self.spec, c=values)
        halves = observed(self.spec, c=values[:150]).merge(observed(self.spec, c=values[150:]))
        assert self.spec.agrees(whole, halves)

    def test_not_of_other_rows(self):
        left, right = (observed(self.spec, c=["a"] * a + ["b"] * (40 - a)) for a in (30, 20))
        assert not self.spec.agrees(left, right)

    def test_not_of_more_rows(self):
        assert not self.spec.agrees(observed(self.spec, c=["a"]), observed(self.spec, c=["a", "a"]))

    def test_not_beyond_the_declared_error(self):
        state = observed(self.spec, c=["a"] * 9)
        vague = state.take([0])
        vague.arrays["short"] += 4
        assert not self.spec.agrees(state, vague)
