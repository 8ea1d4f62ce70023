"""The largest of several differences against draws and exact tails."""

import numpy as np
import pytest
from scipy import stats

from vedette.inference.largest import largest_difference_p, largest_interval, largest_noise


@pytest.mark.parametrize(("n", "m"), [(20, 2000), (50, 50), (2000, 40)])
def test_one_event_is_hypergeometric(n, m):
    """With one event p lies between its hypergeometric tails with and without the count seen, or a little above."""
    law = stats.hypergeom(n + m, 60, n)
    count = np.arange(61)
    for seen in {int(law.ppf(share)) for share in (0.002, 0.995, 0.99999)} - {0, 60}:
        far = np.abs(count - law.mean()) - abs(seen - law.mean())
        least, most = (law.pmf(count[far > limit]).sum() for limit in (0.5, -0.5))
        found = largest_difference_p([seen], [60 - seen], n, m)
        assert 0.8 * least < found < 3 * most


def test_more_events_are_joined():
    one = largest_difference_p([12], [10], 100, 100)
    many = largest_difference_p([12, 12, 12, 64], [10, 12, 14, 64], 100, 100)
    assert one < many < 4 * one


def test_size():
    """Of 4 000 pairs of samples of one law no more are rejected than promised."""
    rng = np.random.default_rng(1)
    first, second = (
        rng.multinomial(60, np.full(12, 1 / 12), 4000),
        rng.multinomial(900, np.full(12, 1 / 12), 4000),
    )
    p = largest_difference_p(first, second, np.full(4000, 60), np.full(4000, 900))
    for level in (0.05, 0.001):
        assert np.sum(p <= level) <= stats.binom.isf(1e-6, 4000, level)
    assert np.mean(p <= 0.05) > 0.02


@pytest.mark.parametrize("tail", [0.5, 0.05, 0.001])
def test_noise_of_independent_normals_is_exact(tail):
    sigma = np.array([0.5, 1.0, 1.0, 0.0, 2.0])
    limit = largest_noise(sigma, tail)
    within = np.prod([1 - 2 * stats.norm.sf(limit / s) for s in sigma if s])
    assert 1 - within == pytest.approx(tail, rel=1e-6)


def test_noise_of_nothing_is_nothing():
    assert largest_noise(np.zeros((2, 3)), 0.05).tolist() == [0, 0]
    assert largest_noise(np.zeros((2, 0)), 0.05).tolist() == [0, 0]


def test_interval_covers():
    rng = np.random.default_rng(2)
    true, sigma = np.array([0.3, -0.25, 0.1, 0.0]), np.full(4, 0.1)
    low, high = largest_interval(true + rng.normal(size=(4000, 4)) * sigma, np.broadcast_to(sigma, (4000, 4)))
    assert np.mean((low <= 0.3) & (high >= 0.3)) > 0.95


def test_undefined():
    assert np.isnan(largest_difference_p([3, 4], [5, 6], 0, 11))
    assert np.isnan(largest_difference_p([7], [9], 7, 9))
