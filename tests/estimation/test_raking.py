"""Raking meets its margins, and says when the reference is not enough."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.estimation.raking import effective_share, rake


def rows(seed: int = 0, n: int = 4000) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = x + rng.normal(size=n)
    return np.column_stack([x > 0, x > 1, y > -1, y > 1]).astype(float)


def test_margins_are_met():
    """Weighted shares are the target's to 1e-3."""
    indicators = rows()
    target = np.array([0.7, 0.3, 0.9, 0.45])
    weights, tilt = rake(indicators, target, ridge=1e-5)
    assert np.allclose((weights[:, None] * indicators).mean(axis=0), target, atol=1e-3)
    assert weights.mean() == pytest.approx(1)
    assert np.allclose(np.log(weights) - np.log(weights[0]), (indicators - indicators[0]) @ tilt)


def test_own_margins_change_nothing():
    """The reference's own shares give equal weights."""
    indicators = rows()
    weights, _ = rake(indicators, indicators.mean(axis=0))
    assert np.allclose(weights, 1, atol=1e-9)
    assert effective_share(weights) == pytest.approx(1)


def test_out_of_reach_is_no_error():
    """A target that hardly any row is like is approached, with hardly any effective rows."""
    weights, _ = rake(rows(), [1.0, 1.0, 0.0, 0.0])
    assert np.isfinite(weights).all()
    assert effective_share(weights) < 0.1


def test_finds_the_weighted_mean_of_a_tilted_window():
    """A mean that depends on the indicators is found in a window that is tilted along them."""
    rng = np.random.default_rng(3)
    indicators = rows(4, 20_000)
    outcome = indicators @ np.array([0.1, 0.2, 0.0, 0.3]) + rng.normal(0, 0.1, len(indicators))
    keep = rng.random(len(indicators)) < np.exp(indicators @ np.array([0.0, -1.0, 0.0, -0.5]))
    weights, _ = rake(indicators, indicators[keep].mean(axis=0))
    assert (weights * outcome).mean() == pytest.approx(outcome[keep].mean(), abs=0.005)
    assert abs(outcome.mean() - outcome[keep].mean()) > 0.05
