"""Two arms against each other, the exact martingale, and the state of both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.evidence.detector import Detector
from vedette.evidence.exchangeable import Exchangeable, log_gain, prior_of
from vedette.evidence.laws import Stream
from vedette.evidence.two_sample import TwoSample, two_sample

EVEN = np.full(5, 0.2)
MOVED = np.array([0.12, 0.16, 0.2, 0.24, 0.28])


def draws(rng, law, windows, rows=200):
    return rng.multinomial(rows, law, windows)[:, None].astype(float)


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_a_window_does_not_win_on_average_under_any_common_law(seed, rows_a, rows_b):
    """The exact mean over all outcomes of a small window of two bins, after any past."""
    from scipy.stats import binom

    rng = np.random.default_rng(seed)
    past, p = rng.integers(0, 60, (2, 1, 2)).astype(float), rng.random()
    mean = 0.0
    for i in range(rows_a + 1):
        for j in range(rows_b + 1):
            test = TwoSample(1, 2)
            test.a, test.b = past[0].copy(), past[1].copy()
            gain = test.step(np.array([[i, rows_a - i]], float), np.array([[j, rows_b - j]], float))
            mean += binom.pmf(i, rows_a, p) * binom.pmf(j, rows_b, p) * np.exp(gain)
    assert mean <= 1 + 1e-9


def test_a_difference_is_found_and_swapping_the_arms_changes_nothing():
    rng = np.random.default_rng(0)
    a, b = draws(rng, EVEN, 30), draws(rng, MOVED, 30)
    found = two_sample(a, b)
    assert found[-1] > np.log(1e6)
    np.testing.assert_allclose(two_sample(b, a), found)


def test_a_window_of_one_arm_says_nothing():
    test = TwoSample(1, 5)
    rng = np.random.default_rng(1)
    for a in draws(rng, MOVED, 20):
        assert test.step(a, np.zeros((1, 5))) == pytest.approx(0.0)


@pytest.mark.parametrize("make", [lambda: TwoSample(2, 5), lambda: Exchangeable(np.full(5, 12.0))])
def test_a_saved_test_goes_on_as_if_nothing_happened(make):
    rng = np.random.default_rng(2)
    a, b = (rng.multinomial(100, EVEN, (20, 2)).astype(float) for _ in range(2))
    step = (
        (lambda t, i: t.step(a[i], b[i])) if isinstance(make(), TwoSample) else (lambda t, i: t.step(a[i, 0]))
    )
    whole, first, second = make(), make(), make()
    expected = [step(whole, i) for i in range(20)]
    found = [step(first, i) for i in range(8)]
    second.resume(first.state())
    assert found + [step(second, i) for i in range(8, 20)] == expected


def test_the_martingale_does_not_win_on_average():
    """The exact mean over all outcomes of a window of two bins under the predictive law of the reference."""
    from scipy.stats import betabinom

    prior = prior_of(np.array([7.0, 3.0]))
    past, memory = np.array([4.0, 6.0]), np.array([1.0, 5.0])
    rows = 12
    i = np.arange(rows + 1)
    chance = betabinom.pmf(i, rows, *(prior + past))
    counts = np.stack((i, rows - i), axis=1).astype(float)
    gain = log_gain(counts, *(np.broadcast_to(v, counts.shape) for v in (prior, past, memory)))
    assert chance @ np.exp(gain) == pytest.approx(1.0)


def test_a_small_reference_is_bet_against_exactly():
    """The ball around 60 rows holds nearly everything; the martingale sees a shift of half a deviation at once."""
    from scipy.special import ndtr, ndtri

    edges = ndtri(np.arange(1, 10) / 10)
    law = lambda mean: np.append(np.diff(np.concatenate(([0], ndtr(edges - mean), [1]))), 0.0)  # noqa: E731
    rng = np.random.default_rng(3)
    detector = Detector([Stream(rng.multinomial(60, law(0.0))[None].astype(float))])
    still = [detector.step(rng.multinomial(100, law(0.0))[None].astype(float)).family for _ in range(100)]
    moved = [detector.step(rng.multinomial(100, law(0.5))[None].astype(float)).family for _ in range(5)]
    assert max(still) < np.log(1000) <= max(moved)
    resumed = Detector(detector.streams)
    resumed.resume(detector.state())
    window = rng.multinomial(100, law(0.0))[None].astype(float)
    assert resumed.step(window).family == detector.step(window).family
