"""Intervals from sums of powers against scipy.stats, and coverage."""

import numpy as np
import pytest
from scipy import stats

from vedette.inference.moments import mean_interval, ratio_interval, root_interval, variance_interval


def sums(x):
    return x.shape[-1], x.sum(axis=-1), (x**2).sum(axis=-1)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [2, 5, 1000])
def test_mean_equals_students_interval(n, level):
    x = np.random.default_rng(n).gamma(2.0, 3.0, n)
    expected = stats.ttest_1samp(x, 0).confidence_interval(level)
    np.testing.assert_allclose(mean_interval(*sums(x), level), expected, rtol=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95])
@pytest.mark.parametrize("n", [2, 5, 1000])
def test_variance_equals_the_chi_square_interval(n, level):
    x = np.random.default_rng(n).normal(4.0, 3.0, n)
    quantiles = stats.chi2(n - 1).ppf([(1 + level) / 2, (1 - level) / 2])
    np.testing.assert_allclose(
        variance_interval(*sums(x), level), (n - 1) * x.var(ddof=1) / quantiles, rtol=1e-9
    )


def test_a_constant_has_no_width_and_never_a_negative_variance():
    """Rounding makes Σx² - (Σx)²/n slightly negative for many constants: the interval stays defined."""
    values = np.random.default_rng(0).uniform(0.1, 1e6, 1000)
    n = 37
    low, high = mean_interval(n, n * values, n * values**2)
    np.testing.assert_allclose(low, values, rtol=1e-6)
    np.testing.assert_allclose(high, values, rtol=1e-6)
    assert (np.array(variance_interval(n, n * values, n * values**2)) >= 0).all()


def test_coverage_of_the_variance_of_heavy_tails_needs_the_kurtosis(covers):
    """2000 samples of 400 Laplace rows (kurtosis 6): 0.93 to 0.965 when told, under 0.85 when not."""
    x = np.random.default_rng(1).laplace(size=(2000, 400))
    low, high = variance_interval(*sums(x), kurtosis=6.0)
    covers((low <= 2.0) & (high >= 2.0), 0.93, 0.965)
    low, high = variance_interval(*sums(x))
    covers((low <= 2.0) & (high >= 2.0), 0.0, 0.85)


def test_coverage_of_the_mean_of_skewed_rows(covers):
    """4000 samples of 200 exponential rows; claimed coverage 0.935 to 0.955 (limits at 1e-6)."""
    x = np.random.default_rng(2).exponential(size=(4000, 200))
    low, high = mean_interval(*sums(x))
    covers((low <= 1.0) & (high >= 1.0), 0.935, 0.955)


def ratio_sums(y, x):
    return (x.shape[-1], *((values).sum(axis=-1) for values in (y, x, y * y, x * x, x * y)))


def test_a_ratio_over_ones_is_a_mean():
    y = np.random.default_rng(3).normal(2, 1, 50)
    np.testing.assert_allclose(
        ratio_interval(*ratio_sums(y, np.ones(50))), mean_interval(*sums(y)), rtol=1e-9
    )


def test_ratio_against_the_residuals_of_rows():
    rng = np.random.default_rng(4)
    x = rng.gamma(3.0, 1.0, 80)
    y = 2 * x + rng.normal(0, 1, 80)
    ratio = y.sum() / x.sum()
    error = (y - ratio * x).std(ddof=1) / np.sqrt(80) / x.mean()
    half = stats.t(79).ppf(0.975) * error
    np.testing.assert_allclose(ratio_interval(*ratio_sums(y, x)), [ratio - half, ratio + half], rtol=1e-9)
    low, high = ratio_interval(*ratio_sums(-y, x))  # the sign of the ratio does not flip the ends
    assert low < -ratio < high
    np.testing.assert_array_equal(ratio_interval(*ratio_sums(y, -x)), [low, high])


def test_proportional_rows_have_no_width():
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ratio_interval(*ratio_sums(3 * x, x)), [3.0, 3.0])


def test_coverage_of_a_ratio(covers):
    """4000 samples of 150 rows; claimed coverage 0.93 to 0.96 (limits at 1e-6)."""
    rng = np.random.default_rng(5)
    x = rng.gamma(2.0, 1.0, (4000, 150))
    y = rng.poisson(0.3 * x)
    low, high = ratio_interval(*ratio_sums(y, x))
    covers((low <= 0.3) & (high >= 0.3), 0.93, 0.96)


def test_root_cuts_at_zero():
    low, high = root_interval([-4.0, 4.0, np.nan], [9.0, 25.0, np.nan])
    np.testing.assert_array_equal(low, [0.0, 2.0, np.nan])
    np.testing.assert_array_equal(high, [3.0, 5.0, np.nan])
