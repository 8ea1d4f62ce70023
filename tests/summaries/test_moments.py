"""Moments and extremes against numpy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.moments import Moments
from vedette.testing.rows import observed


@pytest.mark.parametrize("weight", [None, "w"])
def test_is_numpys(weight: str | None):
    rng = np.random.default_rng(0)
    x, w = rng.gamma(2, 3, 1000), rng.random(1000)
    state = observed(Moments(column="x", centre=5.0, weight=weight), x=x, w=w)
    w = w if weight else np.ones(1000)
    want = {"n": w.sum(), "total": (w * (x - 5)).sum(), "squares": (w * (x - 5) ** 2).sum()}
    assert {name: float(state[name][0]) for name in want} == pytest.approx(want)
    assert (state["low"][0], state["high"][0]) == (x.min(), x.max())


def test_odd_values_are_left_out():
    state = observed(Moments(column="x"), x=[2.0, None, np.nan, np.inf, -np.inf, -1.0])
    assert {name: float(a[0]) for name, a in state.arrays.items()} == {
        "n": 2,
        "total": 1,
        "squares": 5,
        "low": -1,
        "high": 2,
    }


def test_centre_keeps_digits_far_from_zero():
    """A spread of 1 about 1e9 keeps nine digits about a near centre."""
    x = 1e9 + np.random.default_rng(1).normal(size=2000)
    state = observed(Moments(column="x", centre=1e9), x=x)
    n, total, squares = (state[name][0] for name in ("n", "total", "squares"))
    assert squares / n - (total / n) ** 2 == pytest.approx(x.var(), rel=1e-9)


def test_rows_of_no_weight_have_no_extremes():
    state = observed(Moments(column="x", weight="w"), x=[1.0, 99.0], w=[1.0, 0.0])
    assert (state["n"][0], state["high"][0]) == (1, 1)


def test_cell_without_rows():
    state = Moments(column="x").observe(Batch(pa.record_batch({"x": [3.0]})), Cells(np.array([1]), 3))
    assert state["n"].tolist() == [0, 1, 0]
    assert state["low"].tolist() == [np.inf, 3, np.inf]
    assert state["high"].tolist() == [-np.inf, 3, -np.inf]
