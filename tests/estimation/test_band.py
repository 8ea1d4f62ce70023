"""The bands of the delta method are those of draws."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.estimation.band import curve_variance, outcome_variance, share_interval
from vedette.estimation.curve import fit_curves

ROWS = np.array([[[30, 10], [20, 20], [5, 35], [0, 0]]], float)
REFERENCE = np.array([40.0, 60.0, 50.0, 0.0])
RATE = np.array([0.1, 0.4, 0.8])


def f1(table: np.ndarray) -> np.ndarray:
    """F1 of positives (draws, bins, predicted) among `ROWS`."""
    tp, fn = table[..., 1].sum(axis=-1), table[..., 0].sum(axis=-1)
    return 2 * tp / (tp + fn + ROWS[0, :, 1].sum())


def slopes() -> np.ndarray:
    expected = ROWS[0] * np.append(RATE, 0.5)[:, None]
    step = 1e-5
    found = np.zeros((1, 4, 2))
    for b in range(4):
        for p in range(2):
            moved = np.zeros((4, 2))
            moved[b, p] = step
            found[0, b, p] = (f1(expected + moved) - f1(expected - moved)) / (2 * step)
    return found


def test_curve_variance_is_that_of_draws():
    """Curves drawn from the reference's own uncertainty spread F1 as the delta method says (within 10 %)."""
    rng = np.random.default_rng(0)
    curve = fit_curves(np.append(RATE, 0) * REFERENCE, REFERENCE)
    drawn = rng.beta(RATE * REFERENCE[:3] + 0.5, (1 - RATE) * REFERENCE[:3] + 0.5, (20_000, 3))
    values = f1(ROWS[0, :3] * drawn[..., None])
    assert values.var() == pytest.approx(curve_variance(slopes(), ROWS, curve)[0], rel=0.1)


def test_outcome_variance_is_that_of_draws():
    """Labels drawn by the curve spread F1 as the delta method says (within 10 %)."""
    rng = np.random.default_rng(1)
    drawn = rng.binomial(ROWS[0, :3].astype(int), RATE[:, None], (20_000, 3, 2))
    found = outcome_variance(slopes(), ROWS, np.append(RATE, 0.5)[None])
    assert f1(drawn).var() == pytest.approx(found[0], rel=0.1)


def test_bins_of_a_block_err_together():
    """Two bins of one rate are as uncertain as one bin of their rows: more current rows do not narrow it."""
    one = fit_curves([8, 0], [20, 0])
    two = fit_curves([4, 4, 0], [10, 10, 0])
    slope = np.full((1, 1, 2), 0.01)
    apart = np.array([[[0, 50], [0, 50], [0, 0]]])
    together = np.array([[[0, 100], [0, 0]]])
    assert curve_variance(slope, apart, two) == pytest.approx(curve_variance(slope, together, one))


def test_interval_stays_in_range():
    """Also at the ends, and undefined where the value is."""
    low, high = share_interval([0.0, 0.999, 1.0, np.nan], [0.01] * 4)
    assert np.all((low[:3] >= 0) & (high[:3] <= 1) & (low[:3] < high[:3]))
    assert np.isnan([low[3], high[3]]).all()
