"""Confidence sequences: the equation they solve, and coverage at all times together."""

import numpy as np
import pytest
from scipy.special import betaln

from vedette.inference.sequence import bernoulli_sequence, mean_sequence
from vedette.inference.wilson import wilson_interval


@pytest.mark.parametrize("level", [0.9, 0.95, 0.999])
@pytest.mark.parametrize(("successes", "failures"), [(1, 1), (80, 20), (3, 9997), (2.5, 0.5), (10**6, 10**5)])
def test_ends_meet_villes_bound(successes, failures, level):
    for p in np.array(bernoulli_sequence(successes, failures, level)):
        evidence = betaln(0.5 + successes, 0.5 + failures) - betaln(0.5, 0.5)
        evidence -= successes * np.log(p) + failures * np.log1p(-p)
        assert evidence == pytest.approx(-np.log(1 - level), abs=1e-6)


def test_edges_are_closed_and_wider_than_wilson():
    low, high = bernoulli_sequence([0, 10, 80], [10, 0, 20])
    assert low[0] == 0.0
    assert high[1] == 1.0
    wilson_low, wilson_high = wilson_interval([0, 10, 80], [10, 10, 100])
    assert (low <= wilson_low).all()
    assert (high >= wilson_high).all()
    assert (high - low)[2] < 2 * (wilson_high - wilson_low)[2]


def test_bernoulli_holds_at_all_times_where_wilson_fails(covers):
    """1000 streams of 3000 rows seen at 40 times: never outside in at least 0.95 of the streams; Wilson,
    right at each single time, is outside at some time in more than a quarter."""
    looks = np.unique(np.geomspace(1, 3000, 40).astype(int))
    rows = np.random.default_rng(0).random((1000, 3000)) < 0.2
    successes = np.cumsum(rows, axis=1)[:, looks - 1]
    low, high = bernoulli_sequence(successes, looks - successes)
    covers(((low <= 0.2) & (high >= 0.2)).all(axis=1), 0.95)
    low, high = wilson_interval(successes, looks)
    covers(((low <= 0.2) & (high >= 0.2)).all(axis=1), 0.0, 0.75)


def running(x, looks):
    return looks, np.cumsum(x, axis=1)[:, looks - 1], np.cumsum(x**2, axis=1)[:, looks - 1]


def test_mean_holds_at_all_times_after_a_start(covers):
    """1000 streams of 4000 exponential rows, seen 60 times from row 200 on: at least 0.95 never outside."""
    looks = np.unique(np.geomspace(200, 4000, 60).astype(int))
    low, high = mean_sequence(*running(np.random.default_rng(1).exponential(size=(1000, 4000)), looks))
    covers(((low <= 1.0) & (high >= 1.0)).all(axis=1), 0.95)


def test_mean_by_hand():
    """n = 4, Σx = 8, Σx² = 20 (variance 1), n* = 100: straight from the formula."""
    alpha = 0.05
    rho2 = (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))) / 100
    half = np.sqrt(2 * (4 * rho2 + 1) / (16 * rho2) * np.log(np.sqrt(4 * rho2 + 1) / alpha))
    np.testing.assert_allclose(mean_sequence(4, 8, 20, 0.95, 100), [2 - half, 2 + half], rtol=1e-12)


def test_n_star_is_where_the_interval_is_tightest():
    """Among all choices of n*, the one equal to n gives (nearly) the narrowest interval at n."""
    choices = np.geomspace(10, 10**6, 61)
    low, high = mean_sequence(3000, 0.0, 3000.0, 0.95, choices)
    best = choices[np.argmin(high - low)]
    assert 1500 < best < 6000
