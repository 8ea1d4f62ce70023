"""Newcombe's difference and square-and-add against statsmodels, the paper and exact coverage."""

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

from vedette.inference.moments import mean_interval
from vedette.inference.newcombe import newcombe_difference, square_and_add
from vedette.inference.wilson import wilson_interval


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(
    ("s1", "n1", "s2", "n2"),
    [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (0, 10, 0, 10), (10, 10, 0, 20)],
)
def test_equals_statsmodels(s1, n1, s2, n2, level):
    expected = confint_proportions_2indep(s1, n1, s2, n2, method="newcomb", compare="diff", alpha=1 - level)
    np.testing.assert_allclose(newcombe_difference(s1, n1, s2, n2, level), expected, atol=1e-12)


def test_equals_the_paper():
    """Newcombe (1998), Table II, method 10, contrasts (a) and (g)."""
    np.testing.assert_allclose(newcombe_difference(56, 70, 48, 80), [0.0524, 0.3339], atol=5e-5)
    np.testing.assert_allclose(newcombe_difference(10, 10, 0, 20), [0.6791, 1.0], atol=5e-5)


def test_swapping_the_groups_mirrors_the_interval():
    low, high = newcombe_difference(7, 20, 11, 60)
    np.testing.assert_allclose(newcombe_difference(11, 60, 7, 20), [-high, -low], atol=1e-15)


def test_a_known_second_rate_leaves_the_interval_of_the_first():
    low, high = square_and_add(0.8, *wilson_interval(8, 10), 0.5, 0.5, 0.5)
    np.testing.assert_allclose(np.add([low, high], 0.5), wilson_interval(8, 10), atol=1e-15)


def test_exact_coverage_of_the_difference():
    """No sampling: summed over both binomial laws."""
    for p1, n1, p2, n2 in [
        (0.9, 30, 0.8, 100),
        (0.05, 50, 0.02, 500),
        (0.5, 10, 0.5, 10),
        (0.99, 40, 0.9, 40),
    ]:
        s1, s2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None]
        low, high = newcombe_difference(s1, n1, s2, n2)
        inside = (low <= p1 - p2) & (p1 - p2 <= high)
        coverage = (inside * binom.pmf(s1, n1, p1) * binom.pmf(s2, n2, p2)).sum()
        assert 0.93 < coverage < 0.985


def test_square_and_add_covers_a_difference_of_means(covers):
    """3000 repetitions of 40 against 60 normal rows; claimed coverage 0.94 to 0.97."""
    rng = np.random.default_rng(11)
    x, y = rng.normal(1.0, 2.0, (3000, 40)), rng.normal(0.3, 1.0, (3000, 60))
    parts = []
    for rows in (x, y):
        sums = rows.sum(axis=1), (rows**2).sum(axis=1)
        parts += [rows.mean(axis=1), *mean_interval(rows.shape[1], *sums)]
    low, high = square_and_add(*parts)
    covers((low <= 0.7) & (high >= 0.7), 0.94, 0.97)
