"""Wilson interval against statsmodels and the score equation that defines it."""

import numpy as np
import pytest
from scipy.stats import binom, norm
from statsmodels.stats.proportion import proportion_confint

from vedette.inference.wilson import wilson_interval


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 2, 7, 100, 10**7])
def test_equals_statsmodels(n, level):
    successes = np.unique(np.round(np.linspace(0, n, 9)))
    expected = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(wilson_interval(successes, n, level), expected, atol=1e-12)


def test_is_exact_at_the_edges():
    low, high = wilson_interval([0, 10], 10)
    assert low[0] == 0.0
    assert high[1] == 1.0
    assert high[0] < 0.3
    assert low[1] > 0.7
    n = np.arange(1, 500)
    for level in (0.8, 0.95, 0.999):
        assert (wilson_interval(0, n, level)[0] == 0.0).all()
        assert (wilson_interval(n, n, level)[1] == 1.0).all()


@pytest.mark.parametrize(("successes", "n"), [(3.7, 12.2), (0.01, 0.5), (812.25, 1000.0)])
def test_expected_counts_solve_the_score_equation(successes, n):
    """At either end the observed share lies exactly z null standard errors away."""
    z = norm.ppf(0.975)
    for end in np.array(wilson_interval(successes, n)):
        assert (successes / n - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-9)


def test_a_rounding_error_above_n_is_harmless():
    low, high = wilson_interval(10 * (1 + 1e-15), 10)
    assert high == 1.0
    assert low == pytest.approx(wilson_interval(10, 10)[0])


def test_exact_coverage_over_a_grid():
    """No sampling: the exact coverage, summed over the binomial law. Wilson's known dips end above 0.83, at
    the extreme rates, and its mean over p is at the level (Brown, Cai, DasGupta)."""
    p = np.linspace(0.005, 0.995, 199)
    for n in (10, 30, 100, 1000):
        successes = np.arange(n + 1)
        low, high = wilson_interval(successes, n)
        inside = (low <= p[:, None]) & (p[:, None] <= high)
        coverage = (binom.pmf(successes, n, p[:, None]) * inside).sum(axis=1)
        assert coverage.min() > 0.83
        assert abs(coverage.mean() - 0.95) < 0.012
