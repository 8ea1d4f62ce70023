"""Pearson's chi-square at small counts: exact moments given the totals, scipy's law in the limit."""

import numpy as np
import pytest
from scipy import stats

from vedette.inference.homogeneity import _null_law, homogeneity_p


def test_is_scipys_where_counts_are_large():
    counts = np.array([[900, 1100, 950, 1050], [5000, 5100, 4900, 5000]])
    want = stats.chi2_contingency(counts, correction=False).pvalue
    assert homogeneity_p(counts[0], counts[1]) == pytest.approx(want, rel=1e-3)


@pytest.mark.parametrize(("totals", "n"), [([3, 4, 5, 60], 12), ([30, 2, 2, 2, 2, 2], 20), ([9, 9, 9], 13)])
def test_moments_given_the_totals(totals, n):
    """Mean and variance of the law are those of 200 000 random splits, the third moment to a tenth of chi-square's."""
    rng = np.random.default_rng(1)
    totals = np.array(totals, float)
    m = totals.sum() - n
    drawn = rng.multivariate_hypergeometric(totals.astype(int), n, 200_000)
    statistic = n * m * np.sum((drawn / n - (totals - drawn) / m) ** 2 / totals, axis=1)
    law = _null_law(totals, np.float64(n), np.float64(m))
    assert law.shift + law.scale * law.df == pytest.approx(statistic.mean(), rel=0.01)
    assert 2 * law.scale**2 * law.df == pytest.approx(statistic.var(), rel=0.03)


def test_bins_empty_on_both_sides_do_not_count():
    assert homogeneity_p([5, 0, 9, 0], [50, 0, 50, 0]) == homogeneity_p([5, 9], [50, 50])


def test_takes_leading_axes():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 30, (3, 1, 6)), rng.integers(0, 30, (1, 4, 6))
    found = homogeneity_p(first, second)
    assert found.shape == (3, 4)
    assert found[2, 1] == homogeneity_p(first[2, 0], second[0, 1])


@pytest.mark.parametrize("sides", [([0, 0], [4, 5]), ([4, 5], [0, 0]), ([7, 0], [9, 0]), ([0], [0])])
def test_undefined(sides):
    assert np.isnan(homogeneity_p(*sides))


def test_hostile_counts_are_quiet():
    odd = [0, 1, 1e-300, 1e300, -1, np.nan, np.inf]
    with np.errstate(all="raise"):
        homogeneity_p(*np.meshgrid(odd, odd))
        homogeneity_p(np.zeros((0, 3)), np.zeros((0, 3)))
