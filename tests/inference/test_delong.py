"""AUC from bins against scikit-learn, row-wise DeLong and Newcombe's equation, with coverage."""

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from vedette.inference.delong import auc_bin_error, auc_from_bins, delong_interval


def row_wise_delong(positive, negative):
    """Area and DeLong's variance straight from the definition: one placement per row."""
    wins = (positive[:, None] > negative) + 0.5 * (positive[:, None] == negative)
    placed1, placed0 = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), placed1.var(ddof=1) / len(positive) + placed0.var(ddof=1) / len(negative)


def bins_of(positive, negative, edges=None):
    """Counts per distinct score, or per bin."""
    if edges is None:
        scores = np.unique(np.concatenate([positive, negative]))
        return [(scores == rows[:, None]).sum(axis=0) for rows in (positive, negative)]
    return [np.histogram(rows, edges)[0] for rows in (positive, negative)]


@pytest.mark.parametrize("ties", [False, True])
def test_distinct_scores_give_row_wise_delong(ties):
    rng = np.random.default_rng(5)
    positive, negative = rng.normal(1, 1, 120), rng.normal(0, 1, 150)
    if ties:
        positive, negative = positive.round(1), negative.round(1)
    auc, variance = row_wise_delong(positive, negative)
    step = norm.ppf(0.975) * np.sqrt(variance) / (auc * (1 - auc))
    counts = bins_of(positive, negative)
    np.testing.assert_allclose(
        delong_interval(*counts), expit(logit(auc) + step * np.array([-1, 1])), rtol=1e-12
    )
    labels = np.repeat([1, 0], [120, 150])
    assert auc_from_bins(*counts) == pytest.approx(
        roc_auc_score(labels, np.concatenate([positive, negative]))
    )


def test_fewer_than_100_rows_of_a_class_only_widen():
    """The hull of DeLong's interval and Newcombe's: never inside either."""
    rng = np.random.default_rng(6)
    positive, negative = rng.normal(2, 1, 25), rng.normal(0, 1, 400)
    auc, variance = row_wise_delong(positive, negative)
    step = norm.ppf(0.975) * np.sqrt(variance) / (auc * (1 - auc))
    low, high = delong_interval(*bins_of(positive, negative))
    assert low <= expit(logit(auc) - step) + 1e-12
    assert high >= expit(logit(auc) + step) - 1e-12


def test_binning_errs_by_no_more_than_its_bound():
    rng = np.random.default_rng(8)
    for bins in (1, 2, 5, 20, 100):
        positive, negative = rng.beta(4, 2, 300), rng.beta(2, 3, 500)
        counts = bins_of(positive, negative, np.linspace(0, 1, bins + 1))
        exact, _ = row_wise_delong(positive, negative)
        assert abs(auc_from_bins(*counts) - exact) <= auc_bin_error(*counts) + 1e-12
    assert auc_bin_error([7], [9]) == 0.5
    assert auc_bin_error([3, 0], [0, 4]) == 0.0


@pytest.mark.parametrize(
    ("positives", "negatives"), [([0, 9], [9, 0]), ([9, 0], [0, 9]), ([5], [7]), ([0, 1, 0], [3, 4, 5])]
)
def test_where_delong_is_silent_the_score_equation_answers(positives, negatives):
    """Perfect separation, one bin, one row: each open end solves Newcombe's equation (method 5)."""
    p, n = sum(positives), sum(negatives)
    auc = float(auc_from_bins(positives, negatives))
    for end in np.array(delong_interval(positives, negatives)):
        if end in {0.0, 1.0}:
            assert auc == end
            continue
        spread = (p + n) / 2 - 1
        variance = end * (1 - end) / (p * n) * (1 + spread * ((1 - end) / (2 - end) + end / (1 + end)))
        assert (end - auc) ** 2 == pytest.approx(norm.ppf(0.975) ** 2 * variance, rel=1e-6)


def test_one_bin_says_one_half_but_not_for_sure():
    low, high = delong_interval([40], [60])
    assert auc_from_bins([40], [60]) == 0.5
    assert 0.3 < low < 0.45
    assert 0.55 < high < 0.7


def test_turning_the_scores_round_mirrors_the_interval():
    positives, negatives = np.array([5, 50, 100, 5, 40]), np.array([90, 40, 30, 0, 10])
    low, high = delong_interval(positives, negatives)
    np.testing.assert_allclose(
        delong_interval(positives[::-1], negatives[::-1]), [1 - high, 1 - low], atol=1e-9
    )


def test_expected_counts_scale_like_rows():
    """Doubling fractional counts narrows the interval as doubling rows does."""
    positives, negatives = np.array([50.5, 99.25, 350.25]), np.array([300.5, 150.1, 50.4])
    widths = [np.subtract(*delong_interval(positives * k, negatives * k)[::-1]) for k in (1, 4)]
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.02)


@pytest.mark.parametrize(
    ("positives", "negatives", "shift", "at_least", "at_most"),
    [
        (5, 100, 0.7, 0.94, 0.99),
        (20, 20, 1.5, 0.94, 0.99),
        (20, 500, 2.5, 0.94, 0.995),
        (20, 500, 3.5, 0.94, 0.997),
        (200, 200, 0.0, 0.93, 0.97),
        (200, 200, 1.5, 0.93, 0.97),
    ],
)
def test_coverage(covers, positives, negatives, shift, at_least, at_most):
    """1500 binormal samples each, area Φ(shift/√2), every row its own bin. Claimed for 0.95: the nominal
    range with 200 rows of each class, conservative with fewer than 100 (limits at 1e-6)."""
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(1500, positives + negatives))
    scores[:, :positives] += shift
    is_positive = (np.argsort(scores, axis=1) < positives).astype(float)
    low, high = delong_interval(is_positive, 1 - is_positive)
    truth = ndtr(shift / np.sqrt(2))
    covers((low <= truth) & (truth <= high), at_least, at_most)
