"""Shifted chi-square laws against the laws whose moments they take."""

import numpy as np
import pytest
from scipy import stats

from vedette.inference.shifted_chi2 import three_moment_law


@pytest.mark.parametrize("law", [stats.chi2(3), stats.gamma(7), stats.expon(2), stats.pearson3(1.2)])
def test_is_exact_for_gamma_laws(law):
    mean, variance, skewness = law.stats("mvs")
    made = three_moment_law(mean, variance, skewness * variance**1.5)
    x = law.ppf([0.2, 0.9, 0.999])
    np.testing.assert_allclose(made.exceeded(x), law.sf(x), rtol=1e-10)
    np.testing.assert_allclose(made.quantile(0.01), law.isf(0.01), rtol=1e-10)


def test_negative_skewness_turns_the_law_round():
    right, left = (three_moment_law(0.0, 1.0, third) for third in (1.5, -1.5))
    assert left.exceeded(0.7) == pytest.approx(1 - right.exceeded(-0.7))
    assert left.quantile(0.05) == pytest.approx(-right.quantile(0.95))


def test_no_skewness_is_the_normal_law():
    law = three_moment_law(2.0, 9.0, 0.0)
    x = 2 + 3 * np.array([-2.0, 0.0, 1.0, 4.0])
    np.testing.assert_allclose(law.exceeded(x), stats.norm.sf([-2, 0, 1, 4]), rtol=0.02)


def test_below_its_start_everything_exceeds():
    assert three_moment_law(5.0, 10.0, 40.0).exceeded(-1.0) == 1.0


def test_undefined_without_variance():
    law = three_moment_law([1.0, 1.0], [0.0, -1.0], 1.0)
    assert np.isnan(law.exceeded(1.0)).all()
    assert np.isnan(law.quantile(0.5)).all()
