"""The calibration curve is isotonic regression, and knows how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from vedette.estimation.curve import fit_curves

BINS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=30)


@given(BINS)
@settings(max_examples=200, deadline=None)
def test_is_isotonic_regression(bins: list[tuple[int, int]]):
    """Rates are scikit-learn's weighted isotonic regression, at the bins that hold rows and between them."""
    positives = np.array([min(p, n) for p, n in bins], float)
    rows = np.array([n for _, n in bins], float)
    held = np.flatnonzero(rows[:-1])
    rate = fit_curves(positives, rows).rate[0]
    if not rows.sum():
        assert np.isnan(rate).all()
        return
    if len(held):
        share = positives[held] / rows[held]
        oracle = IsotonicRegression(out_of_bounds="clip").fit(held, share, sample_weight=rows[held])
        assert np.allclose(rate[:-1], oracle.predict(np.arange(len(rows) - 1)))
    assert np.all(np.diff(rate[:-1]) >= -1e-12)
    assert rate[-1] == pytest.approx(positives[-1] / rows[-1] if rows[-1] else positives.sum() / rows.sum())


def test_keeps_the_number_of_positives():
    """Pooling moves positives between bins and loses none."""
    rng = np.random.default_rng(0)
    rows = rng.integers(1, 50, (3, 80)).astype(float)
    positives = rng.binomial(rows.astype(int), 0.3).astype(float)
    assert np.allclose((fit_curves(positives, rows).rate * rows).sum(axis=1), positives.sum(axis=1))


def test_variance_is_that_of_repeated_references():
    """The variance of a mean rate over blocks is what 2 000 references show (tolerance 4 standard errors, seeded)."""
    rng = np.random.default_rng(1)
    truth, rows = np.repeat([0.1, 0.4, 0.8], 5), np.full(16, 60.0)
    rows[-1] = 0
    drawn = rng.binomial(60, np.append(truth, 0.5), (2000, 16)) * (rows > 0)
    curves = fit_curves(drawn.astype(float), np.tile(rows, (2000, 1)))
    first = curves.rate[:, :5].mean(axis=1)
    assert first.var() == pytest.approx(0.1 * 0.9 / 300, rel=0.13)
    assert first.mean() == pytest.approx(0.1, abs=4 * np.sqrt(0.1 * 0.9 / 300 / 2000) + 0.001)


def test_equal_counts_are_fitted_once():
    """A reference that stands for 2 000 windows costs one fit."""
    from time import process_time

    positives, rows = np.tile(np.arange(500.0), (2000, 1)), np.full((2000, 500), 500.0)
    start = process_time()
    fit_curves(positives, rows)
    assert process_time() - start < 0.5
