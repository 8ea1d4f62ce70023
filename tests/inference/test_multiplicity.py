"""Holm, Benjamini-Hochberg and e-BH against statsmodels, definitions and simulation."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from vedette.inference.multiplicity import benjamini_hochberg, e_bh, holm

METHODS = {holm: "holm", benjamini_hochberg: "fdr_bh"}
adjustments = pytest.mark.parametrize("function", METHODS)


@adjustments
def test_equals_statsmodels(function):
    """Random families of 1 to 30 tests, with ties, zeros, ones. Few: the oracle collects garbage each time."""
    rng = np.random.default_rng(2)
    for size in [1, 2, 3, 5, 8, 13, 21, 30]:
        p = np.round(rng.random(size) ** rng.integers(1, 5), rng.integers(1, 6))
        np.testing.assert_allclose(function(p), multipletests(p, method=METHODS[function])[1], atol=1e-15)


@adjustments
def test_nan_is_not_counted_and_stays(function):
    p = np.array([np.nan, 0.01, 0.2, np.nan, 0.03, 0.03])
    adjusted = function(p)
    assert np.isnan(adjusted).tolist() == np.isnan(p).tolist()
    np.testing.assert_allclose(adjusted[[1, 2, 4, 5]], function(p[[1, 2, 4, 5]]))
    assert np.isnan(function([np.nan, np.nan])).all()
    assert function([]).shape == (0,)
    assert function(np.zeros((0, 3))).shape == (0, 3)


@adjustments
def test_families_are_rows(function):
    p = np.random.default_rng(0).random((3, 2, 7))
    p[0, 1, 3] = np.nan
    alone = np.array([[function(family) for family in block] for block in p])
    np.testing.assert_array_equal(function(p), alone)


@adjustments
def test_no_warnings(function):
    with np.errstate(all="raise"):
        function([0.0, 1.0, np.nan, 1e-320])
        e_bh([0.0, np.inf, np.nan, 1e308, -1.0], 0.05)


def naive_e_bh(e, level):
    """The definition: the k largest e-values, for the largest k with k·e₍k₎ >= m/level."""
    ranked = sorted(e, reverse=True)
    k = max([k for k in range(1, len(e) + 1) if k * ranked[k - 1] >= len(e) / level], default=0)
    return [value >= ranked[k - 1] if k else False for value in e]


def test_e_bh_equals_its_definition():
    """300 random families of 1 to 20 e-values at random levels; from none to all of them found."""
    rng = np.random.default_rng(3)
    found = []
    for size in rng.integers(1, 21, size=300):
        e, level = rng.lognormal(2, 3, size), rng.uniform(0.01, 0.5)
        assert e_bh(e, level).tolist() == naive_e_bh(e, level)
        found.append(e_bh(e, level).mean())
    assert {0.0, 1.0} < set(found)


def test_e_bh_ignores_nan_and_takes_infinity():
    assert e_bh([np.nan, 21.0, np.nan], 0.05).tolist() == [False, True, False]
    assert e_bh([np.inf, 0.0], 0.05).tolist() == [True, False]
    assert e_bh(np.array([[90.0, 1.0], [30.0, 30.0]]), 0.05).tolist() == [[True, False], [True, True]]
    assert e_bh([], 0.05).shape == (0,)


@pytest.mark.parametrize("level", [0.95, 0.0, 1.0, np.nan])
def test_e_bh_refuses_a_confidence(level):
    with pytest.raises(ValueError, match="false discovery rate"):
        e_bh([1.0], level)


def test_false_discoveries_stay_at_their_rate():
    """4000 families of 20 e-values with strong common dependence, 15 of them null. The standard error of the
    mean false share is at most 0.5/√4000 = 0.008: 0.09 is five of them above the promise of 0.05."""
    rng = np.random.default_rng(1)
    shared = rng.normal(size=(4000, 1))
    z = 0.8 * shared + 0.6 * rng.normal(size=(4000, 20))
    z[:, 15:] += 4
    found = e_bh(np.exp(2 * z - 2), 0.05)  # likelihood ratios of N(2,1) to N(0,1): mean 1 under the null
    share = found[:, :15].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    assert share.mean() < 0.09
    assert found[:, 15:].mean() > 0.3
