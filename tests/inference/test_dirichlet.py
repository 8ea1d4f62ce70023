"""Dirichlet draws against closed-form Beta quantiles, and coverage on confusion tables."""

import numpy as np
import pytest
from scipy.stats import beta

from vedette.inference.dirichlet import dirichlet_interval


def share_of_first(p):
    return p[..., 0]


def mcc(p):  # cells: tp, fn, fp, tn
    tp, fn, fp, tn = np.moveaxis(p, -1, 0)
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def macro_f1(p):
    classes = round(p.shape[-1] ** 0.5)
    table = p.reshape(*p.shape[:-1], classes, classes)
    hits = np.diagonal(table, axis1=-2, axis2=-1)
    return (2 * hits / (table.sum(axis=-1) + table.sum(axis=-2))).mean(axis=-1)


@pytest.mark.parametrize("counts", [[8, 2], [0, 5], [30, 50, 20], [3.5, 0, 0, 6.5]])
def test_one_share_is_the_beta_posterior(counts):
    """Marginal of Dirichlet(c + ½): Beta(c₀ + ½, rest + (K-1)/2). With 20 000 draws the probability below the
    2.5 % quantile has a standard deviation of 0.0011; five of them are allowed."""
    counts = np.array(counts)
    posterior = beta(counts[0] + 0.5, counts[1:].sum() + 0.5 * (len(counts) - 1))
    low, high = dirichlet_interval(counts, share_of_first, draws=20_000)
    np.testing.assert_allclose(posterior.cdf([low, high]), [0.025, 0.975], atol=0.0055)


def test_draws_are_probabilities():
    seen = []
    dirichlet_interval([[5, 3, 0, 1]], lambda p: seen.append(p) or p[..., 0], draws=100)
    (drawn,) = seen
    assert drawn.shape == (100, 1, 4)
    np.testing.assert_allclose(drawn.sum(axis=-1), 1.0)
    assert (drawn > 0).all()


def test_the_prior_never_outweighs_two_rows():
    """A 50-class table of 2000 rows, 95 % right: half a row in each cell would drag accuracy to 0.6."""
    table = np.diag(np.full(50, 38.0)) + np.roll(np.diag(np.full(50, 2.0)), 1, axis=1)

    def accuracy(p):
        return p.reshape(*p.shape[:-1], 50, 50).trace(axis1=-2, axis2=-1)

    low, high = dirichlet_interval(table.ravel(), accuracy, draws=400)
    assert 0.93 < low < 0.95 < high < 0.965


def test_no_rows_is_undefined():
    low, high = dirichlet_interval([[0, 0, 0, 0], [1, 0, 0, 0]], mcc)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False]


@pytest.mark.parametrize("n", [60, 300])
def test_coverage_of_mcc(covers, n):
    """800 tables; claimed coverage 0.925 to 0.98 for 0.95 (exact binomial limits at 1e-6)."""
    cells = np.array([0.15, 0.05, 0.1, 0.7])
    tables = np.random.default_rng(4).multinomial(n, cells, size=800)
    low, high = dirichlet_interval(tables, mcc, draws=500)
    covers((low <= mcc(cells)) & (mcc(cells) <= high), 0.925, 0.98)


def test_coverage_of_macro_f1_of_ten_classes(covers):
    """300 tables of 500 rows; claimed coverage at least 0.91. (Half a row in every cell covers 2 %.)"""
    rng = np.random.default_rng(5)
    off = rng.dirichlet(np.ones(10), size=10)
    cells = (rng.dirichlet(np.full(10, 5.0))[:, None] * (0.8 * np.eye(10) + 0.2 * off)).ravel()
    low, high = dirichlet_interval(rng.multinomial(500, cells, size=300), macro_f1, draws=200)
    covers((low <= macro_f1(cells)) & (macro_f1(cells) <= high), 0.91)
