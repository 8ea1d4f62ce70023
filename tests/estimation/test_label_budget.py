"""A label budget goes where labels vary most, and never beyond what is there."""

import numpy as np
import pytest

from vedette.estimation.label_budget import LEAST, drawn, neyman


def test_labels_go_in_proportion_to_rows_times_deviation():
    rows, rate = np.array([100_000, 50_000, 20_000]), np.array([0.1, 0.5, 0.3])
    pull = rows * np.sqrt(rate * (1 - rate))
    assert np.allclose(neyman(rows, rate, 10_000), 10_000 * pull / pull.sum(), atol=1)


@pytest.mark.parametrize("seed", range(20))
def test_the_budget_is_spent_and_no_stratum_gives_more_than_it_has(seed):
    rng = np.random.default_rng(seed)
    rows, budget = rng.integers(1, 400, 8), int(rng.integers(10, 1500))
    take = neyman(rows, rng.random(8), budget)
    assert take.sum() == min(budget, rows.sum())
    assert (take <= rows).all()
    if budget >= np.minimum(rows, LEAST).sum():
        assert (take >= np.minimum(rows, LEAST)).all()


def test_every_row_of_a_stratum_has_the_same_chance():
    """Counts of 4000 draws of 3 of 10 rows; five standard deviations, seeds fixed."""
    stratum = np.repeat([0, 1], [10, 40])
    times = np.zeros(50)
    for seed in range(4000):
        times[drawn(stratum, [3, 4], seed)] += 1
    for rows, share in ((slice(0, 10), 0.3), (slice(10, 50), 0.1)):
        assert np.abs(times[rows] / 4000 - share).max() < 5 * np.sqrt(share * (1 - share) / 4000)
