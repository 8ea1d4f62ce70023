"""Kolmogorov p-values against scipy's exact law, null level with bins, and coverage of the effect."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import ks_2samp, kstwobign

from vedette.inference.ks import kolmogorov_p, ks_effect_interval


def distances(x, y):
    """Distance of every pair of rows of two sorted matrices, on the raw values."""
    both = np.concatenate([x, y], axis=1)
    is_x = np.argsort(both, axis=1) < x.shape[1]
    steps = np.where(is_x, 1 / x.shape[1], -1 / y.shape[1])
    return np.abs(np.cumsum(steps, axis=1)).max(axis=1)


@pytest.mark.parametrize(("n1", "n2"), [(40, 60), (200, 201), (50, 2000)])
def test_close_to_the_exact_law(n1, n2):
    """Within 0.02 of the exact p-value, and much closer than without the correction in the tail."""
    rng = np.random.default_rng(0)
    for shift in (0.0, 0.2, 0.5):
        x, y = rng.normal(size=n1), rng.normal(shift, 1, n2)
        exact = ks_2samp(x, y, method="exact")
        assert distances(x[None], y[None])[0] == pytest.approx(exact.statistic)
        assert kolmogorov_p(exact.statistic, n1, n2) == pytest.approx(exact.pvalue, abs=0.02)


def test_stephens_correction_by_hand():
    """n1 = 8, n2 = 24: m = 6, so √m = 2.4495 and the argument is (2.4495 + 0.12 + 0.0449) d."""
    assert kolmogorov_p(0.4, 8, 24) == pytest.approx(kstwobign.sf(0.4 * (6**0.5 + 0.12 + 0.11 / 6**0.5)))


def test_large_samples_follow_the_limit_law():
    assert kolmogorov_p(0.002, 10**6, 10**6) == pytest.approx(kstwobign.sf(0.002 * np.sqrt(5e5)), rel=1e-2)
    assert kolmogorov_p([0.0, 1.0], 100, 100).tolist() == [1.0, pytest.approx(0.0, abs=1e-30)]


def test_level_under_no_drift_and_conservative_on_bins(covers):
    """4000 null pairs of 150 and 300 rows: p <= 0.05 in 0.035 to 0.055 on raw values, less often in bins."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(4000, 150)), rng.normal(size=(4000, 300))
    raw = distances(x, y)
    covers(kolmogorov_p(raw, 150, 300) <= 0.05, 0.035, 0.055)
    edges = np.quantile(rng.normal(size=10_000), np.arange(1, 10) / 10)
    binned = np.abs((x[..., None] <= edges).mean(axis=1) - (y[..., None] <= edges).mean(axis=1)).max(axis=1)
    assert (binned <= raw + 1e-12).all()
    covers(kolmogorov_p(binned, 150, 300) <= 0.05, 0.005, 0.04)


@pytest.mark.parametrize(("n1", "n2"), [(50, 50), (50, 2000), (400, 300)])
@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (0.0, 3.0)])
def test_effect_coverage(covers, n1, n2, shift, scale):
    """1000 pairs each: at least 0.95, nominal for equal laws and more for distant ones (limits at 1e-6)."""
    rng = np.random.default_rng(2)
    grid = np.linspace(-20, 20, 8001)
    truth = np.abs(ndtr(grid) - ndtr((grid - shift) / scale)).max()
    observed = distances(rng.normal(size=(1000, n1)), rng.normal(shift, scale, size=(1000, n2)))
    low, high = ks_effect_interval(observed, n1, n2)
    covers((low <= truth) & (truth <= high), 0.95)


def test_effect_of_a_known_reference_is_massarts_band():
    _, high = ks_effect_interval(0.4, 200, 1e15)
    assert high - 0.4 == pytest.approx(np.sqrt(np.log(2 / 0.05) / 400), rel=1e-6)
    assert ks_effect_interval(0.01, 50, 50)[0] == 0.0
    assert ks_effect_interval(0.99, 50, 50)[1] == 1.0
