"""Features correct the positives that the score misjudges, from marginal shares alone."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.estimation.effect import corrected, fit_effect


def shifted(seed: int = 0):
    """Return places (two columns of 2 and 3 values) and residuals that depend on both."""
    rng = np.random.default_rng(seed)
    places = np.stack((rng.integers(0, 2, 20_000), 2 + rng.integers(0, 3, 20_000)), axis=1)
    residual = 0.1 * (places[:, 0] - 0.5) - 0.05 * (places[:, 1] - 3) + rng.normal(0, 0.3, 20_000)
    return places, residual[:, None]


def test_finds_the_mean_residual_of_other_shares():
    """The residual of rows with other shares is found within 4 of its own standard errors, and these are small."""
    effect = fit_effect(*shifted(), 5)
    moved = np.array([[-0.2, 0.2, 0.3, 0.0, -0.3]])
    found, variance = effect.of(moved)
    assert abs(found[0, 0] - 0.1 * 0.2 - 0.05 * 0.6) < 4 * np.sqrt(variance[0])
    assert np.sqrt(variance[0]) < 0.01


def test_variance_is_that_of_repeated_samples():
    """Over 200 samples the correction varies as one sample says (30 % of slack, seeded)."""
    moved = np.array([[-0.2, 0.2, 0.3, 0.0, -0.3]])
    found = [fit_effect(*shifted(seed), 5).of(moved) for seed in range(200)]
    assert np.var([f[0][0, 0] for f in found]) == pytest.approx(np.mean([f[1][0] for f in found]), rel=0.3)


def test_reach_falls_with_the_shift():
    """Nothing moved is all of the reference; a window of one corner is little of it."""
    effect = fit_effect(*shifted(), 5)
    reach = effect.reach([[0] * 5, [-0.2, 0.2, 0, 0, 0], [-0.5, 0.5, -1 / 3, -1 / 3, 2 / 3]], [10**6] * 3)
    assert reach[0] == 1
    assert reach[0] > reach[1] > reach[2] > 0
    assert reach[2] == pytest.approx(1 / 4, rel=0.05)  # one place of two and one of three: d' V^-1 d = 1 + 2


def test_nothing_held_corrects_nothing():
    """Of no rows there is no effect and no warning."""
    effect = fit_effect(np.zeros((0, 2), int), np.zeros((0, 1)), 4)
    assert effect.of(np.ones((1, 4)))[0].tolist() == [[0.0]]


def test_corrected_rates_add_up_by_group():
    """Each group's positives move by its residual, unless rates would leave [0, 1]."""
    rng = np.random.default_rng(2)
    rate, rows, group = rng.random((3, 10)), rng.integers(1, 9, (3, 10)), np.repeat([0, 1], 5)
    residual = np.array([[0.01, -0.01], [0.0, 0.02], [5.0, -5.0]])
    found = corrected(rate, rows, residual, group)
    moved = ((found - rate) * rows) @ np.eye(2)[group] / rows.sum(axis=1, keepdims=True)
    assert np.allclose(moved[:2], residual[:2])
    assert found.min() >= 0
    assert found.max() <= 1
