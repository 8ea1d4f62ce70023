"""Sums of absolute normals against draws."""

import numpy as np
import pytest
from scipy import stats

from vedette.inference.absolute_sum import absolute_sum_law, freed_absolute_sum, multinomial_absolute_moments

SHARES = {
    "even": np.full(10, 0.1),
    "three": np.array([0.1, 0.2, 0.7]),
    "skewed": np.array([0.8, *[0.02] * 10]),
    "zipf": (1 / np.arange(1, 41)) / np.sum(1 / np.arange(1, 41)),
}


def multinomial(shares, draws=200_000):
    """Return draws of Σ|x|: √p z less p times its projection on the total has covariance diag p - p p'."""
    rng = np.random.default_rng(3)
    root = np.sqrt(shares)
    z = rng.normal(size=(draws, len(shares)))
    return np.abs(root * (z - root * (z @ root)[:, None])).sum(axis=1)


@pytest.mark.parametrize("name", SHARES)
def test_moments(name):
    drawn = multinomial(SHARES[name])
    mean, second = multinomial_absolute_moments(SHARES[name])
    assert mean == pytest.approx(drawn.mean(), rel=0.005)
    assert second == pytest.approx(np.mean(drawn**2), rel=0.01)


@pytest.mark.parametrize("name", SHARES)
def test_tail(name):
    """The law rejects at most as often as it says, and at least half as often."""
    shares = SHARES[name]
    drawn, half = multinomial(shares), max(shares.max(), 0.5)
    law = absolute_sum_law(*multinomial_absolute_moments(shares), 4 * half * (1 - half))
    for level in (0.05, 0.001):
        rejected = np.sum(law.exceeded(drawn**2) <= level)
        assert stats.binom.ppf(1e-6, drawn.size, level / 2) <= rejected
        assert rejected <= stats.binom.isf(1e-6, drawn.size, level * 1.1)


def test_one_normal_is_exact():
    law = absolute_sum_law(np.sqrt(2 / np.pi) * 3, 9.0, 9.0)
    x = np.array([1.0, 5.0, 12.0])
    np.testing.assert_allclose(law.exceeded(x**2), 2 * stats.norm.sf(x / 3), rtol=1e-6)


def test_undefined_without_noise():
    assert np.isnan(absolute_sum_law(0.0, 0.0, 0.0).exceeded(1.0))


class TestFreed:
    """What noise adds is taken off where it is noise."""

    def test_large_differences_stay(self):
        assert freed_absolute_sum([3.0, -4.0], [0.1, 0.1]) == pytest.approx(7)

    def test_noise_leaves_little(self):
        noise = np.random.default_rng(4).normal(size=(2000, 50))
        assert freed_absolute_sum(noise, 1.0).mean() < 0.15 * np.abs(noise).sum(axis=1).mean()

    @pytest.mark.parametrize(
        ("true", "sigma"),
        [(np.full(50, 1.5), 2.0), (np.array([20.0, *[0.0] * 49]), 0.5)],
        ids=["spread", "single"],
    )
    def test_is_nearer_the_truth(self, true, sigma):
        """Whether a change is spread thinly or in one place, the sum is nearer the true one than the plain sum is."""
        seen = true + np.random.default_rng(5).normal(size=(500, 50)) * sigma
        found, plain = freed_absolute_sum(seen, sigma).mean(), np.abs(seen).sum(axis=1).mean()
        assert abs(found - true.sum()) < 0.95 * abs(plain - true.sum())

    def test_weights(self):
        assert freed_absolute_sum([1.0, 1.0], [0.0, 0.0], [2.0, 0.0]) == 2

    def test_hostile_numbers_are_quiet(self):
        odd = np.array([0, 1, 1e-300, 1e300, np.nan, np.inf])
        with np.errstate(all="raise"):
            freed_absolute_sum(*np.meshgrid(odd, odd))
