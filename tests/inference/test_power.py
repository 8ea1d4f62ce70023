"""Sample sizes against statsmodels and against the exact power of the test they are for."""

import numpy as np
import pytest
from scipy.stats import binom
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from vedette.inference.newcombe import newcombe_difference
from vedette.inference.power import detectable_windows, rows_needed
from vedette.inference.wilson import wilson_interval


@pytest.mark.parametrize(("baseline", "drop"), [(0.9, 0.05), (0.5, 0.1), (0.2, -0.05), (0.99, 0.03)])
@pytest.mark.parametrize(("level", "power"), [(0.95, 0.8), (0.99, 0.9)])
def test_equals_statsmodels(baseline, drop, level, power):
    """Equal groups: n rows against n_ref = n. (Its solver adds the negligible power in the wrong tail.)"""
    effect = abs(proportion_effectsize(baseline, baseline - drop))
    expected = NormalIndPower().solve_power(effect, alpha=1 - level, power=power, ratio=1)
    n = rows_needed(baseline, drop, level, power, n_ref=expected)
    assert n == pytest.approx(expected, rel=1e-3, abs=1)


@pytest.mark.parametrize(
    ("baseline", "drop"), [(0.9, 0.02), (0.9, 0.1), (0.5, 0.05), (0.98, 0.03), (0.05, -0.05), (1.0, 0.02)]
)
def test_exact_power_of_the_wilson_test(baseline, drop):
    """A change is seen when the window's interval leaves the baseline out: in 75 to 88 % at that size."""
    n = int(rows_needed(baseline, drop))
    successes = np.arange(n + 1)
    low, high = wilson_interval(successes, n)
    seen = (low > baseline) | (high < baseline)
    assert 0.75 < (binom.pmf(successes, n, baseline - drop) * seen).sum() < 0.88


def test_exact_power_against_a_finite_reference():
    """Newcombe's interval of the difference leaves 0 out in 77 to 83 %, summed over both laws."""
    n = int(rows_needed(0.8, 0.1, n_ref=1000))
    window, reference = np.arange(n + 1)[:, None], np.arange(1001)[None]
    low, high = newcombe_difference(window, n, reference, 1000)
    chance = binom.pmf(window, n, 0.7) * binom.pmf(reference, 1000, 0.8)
    assert 0.77 < (chance * ((low > 0) | (high < 0))).sum() < 0.83


def test_what_cannot_be_seen():
    assert np.isinf(rows_needed(0.9, 0.0))
    assert np.isinf(rows_needed(0.9, 0.01, n_ref=1000))
    assert np.isinf(rows_needed(0.9, 0.01, n_ref=0))
    assert np.isnan(rows_needed([0.9, 1.2, 0.1], [0.95, 0.1, 0.2])).all()


def test_more_change_or_more_reference_needs_fewer_rows():
    rows = rows_needed(0.9, np.array([0.01, 0.02, 0.05, 0.2, 0.9]))
    assert (np.diff(rows) < 0).all()
    rows = rows_needed(0.9, 0.05, n_ref=np.array([400, 1000, 10**4, np.inf]))
    assert (np.diff(rows) < 0).all()
    assert rows_needed(0.9, 0.05, power=0.9) > rows_needed(0.9, 0.05, power=0.8)
    assert rows_needed(0.9, 0.05, level=0.99) > rows_needed(0.9, 0.05, level=0.95)


def test_windows_are_rows_rounded_up():
    rows = rows_needed(0.9, 0.02)
    assert detectable_windows(0.9, 0.02, [rows, rows - 1, 1.0]).tolist() == [1.0, 2.0, rows]
    assert np.isinf(detectable_windows(0.9, 0.02, 0))
    assert np.isnan(detectable_windows(0.9, 0.95, [0, 100])).all()
    assert detectable_windows(0.9, 0.02, 800, n_ref=10_000) == 3


@pytest.mark.parametrize("power", [0, 1, 80, np.nan])
def test_power_must_be_a_probability(power):
    with pytest.raises(ValueError, match="Power lies"):
        rows_needed(0.9, 0.1, power=power)
