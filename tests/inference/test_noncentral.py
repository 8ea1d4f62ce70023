"""Noncentrality intervals against scipy.stats.ncx2, a published value, coverage and a time limit."""

import time

import numpy as np
import pytest
from scipy.stats import chi2, ncx2

from vedette.inference.noncentral import noncentral_chi2_interval


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("df", [1, 9.0, 37.5, 199])
def test_ends_solve_the_distribution_function(df, level):
    """To the 1e-7 that old releases of scipy reach up to a statistic of 1000, to 5e-6 beyond."""
    statistic = chi2(df).ppf((1 + level) / 2) + np.array([1e-3, 0.1, 3.0, 50.0, 500.0, 2e3, 1e4, 1e5])
    low, high = noncentral_chi2_interval(statistic, df, level)
    tolerance = np.where(statistic <= 1000, 1e-7, 5e-6)
    assert (np.abs(ncx2.cdf(statistic, df, low) - (1 + level) / 2) <= tolerance).all()
    assert (np.abs(ncx2.cdf(statistic, df, high) - (1 - level) / 2) <= tolerance).all()


def test_equals_rs_deducer():
    """chi.noncentral.conf(6, 1, .95) of the R package Deducer, which is right to 1e-5 in probability."""
    np.testing.assert_allclose(noncentral_chi2_interval(6, 1), [0.2089385, 19.4443359], atol=2e-3)


@pytest.mark.parametrize("df", [1, 9, 199])
def test_zero_exactly_where_no_noncentrality_fits(df):
    lower, upper = chi2(df).ppf([0.025, 0.975])
    low, high = noncentral_chi2_interval([0.0, 0.99 * lower, 1.01 * lower, 0.99 * upper, 1.01 * upper], df)
    assert (low[:4] == 0).all()
    assert low[4] > 0
    assert (high[:2] == 0).all()
    assert (high[2:] > 0).all()


@pytest.mark.parametrize("df", [1, 9, 199, 900])
def test_the_seam_between_the_two_methods_does_not_show(df):
    """At a statistic of 1000 the ends jump by less than 1e-4 of the width of the interval."""
    low, high = noncentral_chi2_interval(np.nextafter(1000.0, [0.0, 2000.0]), df)
    assert max(abs(np.diff(low)[0]), abs(np.diff(high)[0])) < 1e-4 * (high - low)[0]


def test_huge_statistics_stay_defined():
    low, high = noncentral_chi2_interval([1e8, 1e12], 9)
    statistic = np.array([1e8, 1e12])
    np.testing.assert_allclose(low, statistic - 1.96 * 2 * np.sqrt(statistic), rtol=1e-4)
    np.testing.assert_allclose(high, statistic + 1.96 * 2 * np.sqrt(statistic), rtol=1e-4)


@pytest.mark.parametrize("noncentrality", [0.0, 0.5, 5.0, 60.0, 3000.0])
def test_coverage(covers, noncentrality):
    """4000 statistics; nominal 0.95 to 0.975 at 0, where the interval is one-sided (limits at 1e-6)."""
    rng = np.random.default_rng(6)
    statistic = rng.noncentral_chisquare(9, noncentrality, 4000)
    low, high = noncentral_chi2_interval(statistic, 9)
    covers((low <= noncentrality) & (noncentrality <= high), 0.95, 0.975 if noncentrality < 5 else 0.95)


def test_debiased_psi_interval_covers_the_true_psi(covers):
    """What it is for: PSI/u with u = 1/n + 1/n_ref is chi-square with B-1 degrees of freedom. 2000 windows of
    1500 rows against fresh references of 6000, 10 bins, true PSI 0 and 0.024; claimed coverage 0.93 to
    0.98."""
    rng = np.random.default_rng(7)
    reference = np.full(10, 0.1)
    u = 1 / 1500 + 1 / 6000
    for tilt in (0.0, 0.245):
        window = reference * np.exp(tilt * np.linspace(-1, 1, 10))
        window /= window.sum()
        truth = ((window - reference) * np.log(window / reference)).sum()
        p = rng.multinomial(6000, reference, 2000) / 6000
        q = rng.multinomial(1500, window, 2000) / 1500
        low, high = noncentral_chi2_interval(((q - p) * np.log(q / p)).sum(axis=1) / u, 9)
        covers((low * u <= truth) & (truth <= high * u), 0.93, 0.98)
    assert truth == pytest.approx(0.024, abs=0.003)


def test_ten_thousand_in_under_a_second():
    """Processor time, so that a busy machine does not matter; about 0.3 s."""
    statistic = np.random.default_rng(8).uniform(0, 1000, 10_000)
    started = time.process_time()
    noncentral_chi2_interval(statistic, 9)
    assert time.process_time() - started < 1.0
