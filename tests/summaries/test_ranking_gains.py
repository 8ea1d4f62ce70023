"""Sums over queries of how good their rankings are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.ranking_gains import MEASURES, RankingGains
from vedette.testing.rows import observed

SPEC = RankingGains(query="q", score="s", label="y", k=2)


def measures(**columns: list[Any]) -> dict[str, float]:
    """Return the six sums by name."""
    return dict(zip(MEASURES, observed(SPEC, **columns)["sums"][0].tolist(), strict=True))


def test_one_query_by_hand():
    """Ranked 0, 2, 1 with k = 2: the grade 2 counts at rank 2, the grade 1 not at all."""
    found = measures(q=["a"] * 3, s=[0.9, 0.5, 0.1], y=[0, 2, 1])
    best = 2 + 1 / np.log2(3)
    want = {
        "ndcg": 2 / np.log2(3) / best,
        "map": 0.25,
        "recall": 0.5,
        "mrr": 0.5,
        "hit_rate": 1,
        "precision": 0.5,
    }
    assert found == pytest.approx(want)


def test_ties_stay_in_row_order():
    first = measures(q=["a"] * 3, s=[1.0, 1.0, 1.0], y=[1, 0, 0])
    last = measures(q=["a"] * 3, s=[1.0, 1.0, 1.0], y=[0, 0, 1])
    assert (first["mrr"], last["mrr"]) == pytest.approx((1.0, 1 / 3))


def test_queries_may_be_interleaved():
    """Rows of a query need not stand together."""
    together = measures(q=["a", "a", "b", "b"], s=[1, 2, 3, 4], y=[1, 0, 0, 1])
    mixed = measures(q=["b", "a", "b", "a"], s=[3, 1, 4, 2], y=[0, 1, 1, 0])
    assert together == mixed


def test_rows_left_out_are_counted_once():
    """Without query, else without label, else without score."""
    state = observed(
        SPEC,
        q=["a", None, "a", "a", "b", None],
        s=[1.0, 1.0, 1.0, None, np.inf, None],
        y=[1.0, 1.0, None, 1.0, -3.0, None],
    )
    assert state["left_out"][0].tolist() == [2, 1, 1]
    assert (state["queries"][0], state["relevant"][0]) == (2, 1)


def test_a_query_belongs_to_the_cell_of_its_first_labelled_row():
    batch = Batch(pa.record_batch({"q": ["a", "a", "a"], "s": [1.0, 2.0, 3.0], "y": [None, 1.0, 0.0]}))
    state = SPEC.observe(batch, Cells(np.array([0, 2, 1]), 3))
    assert state["queries"].tolist() == [0, 0, 1]
    assert state["left_out"][:, 1].tolist() == [1, 0, 0]


def test_a_query_has_the_weight_of_its_first_row():
    spec = RankingGains(query="q", score="s", label="y", weight="w")
    state = observed(spec, q=["a", "a", "b"], s=[1.0, 2.0, 1.0], y=[1, 0, 1], w=[3.0, 9.0, 1.0])
    assert state["queries"][0] == 4
    assert state["sums"][0, MEASURES.index("mrr")] == 3 * 0.5 + 1


def test_grades_beyond_float_range_are_no_warning():
    """2**2000 is infinite: the query's NDCG is not a number, and no warning is raised."""
    spec = RankingGains(query="q", score="s", label="y", gain="exponential")
    assert np.isnan(observed(spec, q=["a"], s=[1.0], y=[2000.0])["sums"][0, 0])
