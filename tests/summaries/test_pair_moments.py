"""Second moments of pairs of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vedette.summaries.pair_moments import PairMoments
from vedette.testing.rows import observed


def columns(seed: int, *, holes: bool) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(50, 3, 400) for name in "abc"}
    made["b"] += made["a"]
    if holes:
        for values in made.values():
            values[rng.random(400) < 0.2] = rng.choice([np.nan, np.inf, -np.inf])
    return made


def correlation(state) -> np.ndarray:
    """Return the matrix of pairwise-complete correlations of one cell."""
    n, total, squares, products = (state[name][0] for name in ("n", "total", "squares", "products"))
    covariance, variance = products - total * total.T / n, squares - total**2 / n
    return covariance / np.sqrt(variance * variance.T)


def test_correlations_are_pandas():
    """With and without holes the sums give pandas' pairwise-complete correlations."""
    for holes in (False, True):
        made = columns(1, holes=holes)
        state = observed(PairMoments(columns=("a", "b", "c"), centres=(50.0, 100.0, 50.0)), **made)
        want = pd.DataFrame(made).replace([np.inf, -np.inf], np.nan).corr().to_numpy()
        np.testing.assert_allclose(correlation(state), want, rtol=1e-9)


def test_a_hole_costs_only_its_own_pairs():
    state = observed(
        PairMoments(columns=("a", "b", "c")), a=[1.0, 2.0, 3.0], b=[1.0, None, 3.0], c=[1.0, 2.0, np.inf]
    )
    assert state["n"][0].tolist() == [[3, 2, 2], [2, 2, 1], [2, 1, 2]]
    assert state["total"][0].tolist() == [[6, 4, 3], [4, 4, 1], [3, 1, 3]]


def test_a_row_of_weight_zero_may_be_infinite():
    """Neither weight nor value leaks from a row that does not count."""
    spec = PairMoments(columns=("a", "b"), weight="w")
    state = observed(spec, a=[1.0, np.inf, 5.0], b=[2.0, 7.0, None], w=[2.0, 0.0, None])
    assert state["products"][0].tolist() == [[2, 4], [4, 8]]
