"""Interval of F-beta: the exact reduction at beta 1, symmetry, edges and coverage."""

import numpy as np
import pytest
from sklearn.metrics import fbeta_score

from vedette.inference.fbeta import f_beta_interval
from vedette.inference.wilson import wilson_interval


def f_beta(tp, fp, fn, beta):
    return (1 + beta**2) * tp / ((1 + beta**2) * tp + beta**2 * fn + fp)


def test_the_point_it_is_about_is_sklearns():
    y_true = np.repeat([1, 1, 0, 0], [72, 18, 8, 30])
    y_pred = np.repeat([1, 0, 1, 0], [72, 18, 8, 30])
    for beta in (0.5, 1.0, 2.0):
        point = fbeta_score(y_true, y_pred, beta=beta)
        assert point == pytest.approx(f_beta(72, 8, 18, beta))
        low, high = f_beta_interval(72, 8, 18, beta)
        assert low < point < high


@pytest.mark.parametrize("counts", [(72, 8, 18), (0, 3, 4), (5, 0, 0), (1, 1, 1), (7.5, 0.25, 3.1)])
def test_beta_1_is_wilson_on_the_jaccard_index(counts):
    jaccard = np.array(wilson_interval(counts[0], sum(counts)))
    np.testing.assert_allclose(f_beta_interval(*counts), 2 * jaccard / (1 + jaccard), atol=1e-12)


def test_general_beta_is_continuous_at_1():
    for beta in (1 - 1e-9, 1 + 1e-9):
        np.testing.assert_allclose(f_beta_interval(72, 8, 18, beta), f_beta_interval(72, 8, 18), atol=1e-6)


@pytest.mark.parametrize("beta", [0.5, 2.0, 3.0])
def test_beta_and_its_inverse_mirror_the_two_errors(beta):
    np.testing.assert_allclose(
        f_beta_interval(72, 8, 18, beta), f_beta_interval(72, 18, 8, 1 / beta), atol=1e-12
    )


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0])
def test_edges_have_one_closed_end_and_real_width(beta):
    low, high = f_beta_interval([0, 12, 0, 0], [7, 0, 7, 0], [5, 0, 0, 5], beta)
    np.testing.assert_array_equal(low[[0, 2, 3]], 0.0)
    assert high[1] == 1.0
    assert (high - low > 0.1).all()
    assert (high - low < 0.8).all()


@pytest.mark.parametrize("beta", [0.5, 2.0])
def test_without_errors_the_costlier_kind_is_feared(beta):
    """Nothing is known of the mix of errors, so the low end has them all of the kind that costs more."""
    jaccard = wilson_interval(12, 12)[0]
    errors = (1 - jaccard) / jaccard * 12
    worst = min(f_beta(12, errors, 0, beta), f_beta(12, 0, errors, beta))
    assert f_beta_interval(12, 0, 0, beta)[0] == pytest.approx(worst, rel=1e-12)


def test_one_count_more_moves_the_edge_interval_smoothly():
    """The limits used at no error and at no true positive agree with their neighbours."""
    edge, near = (np.array(f_beta_interval(500, errors, 0, 2.0)) for errors in (0, 1e-9))
    assert near[1] == pytest.approx(1.0, abs=1e-6)
    assert edge[0] <= near[0] + 1e-9
    edge, near = (np.array(f_beta_interval(tp, 8, 18, 2.0)) for tp in (0, 1e-12))
    np.testing.assert_allclose(near, edge, atol=1e-3)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize(
    ("n", "prevalence", "recall", "false_positive_rate"),
    [(50, 0.5, 0.8, 0.2), (100, 0.1, 0.9, 0.1), (1000, 0.05, 0.6, 0.01), (1000, 0.3, 0.95, 0.01)],
)
def test_coverage(covers, n, prevalence, recall, false_positive_rate, beta):
    """20 000 tables each; claimed coverage 0.935 to 0.972 for 0.95 (exact binomial limits at 1e-6)."""
    cells = np.array([prevalence * recall, (1 - prevalence) * false_positive_rate, prevalence * (1 - recall)])
    tables = np.random.default_rng(3).multinomial(n, [*cells, 1 - cells.sum()], size=20_000)
    low, high = f_beta_interval(tables[:, 0], tables[:, 1], tables[:, 2], beta)
    truth = f_beta(*cells, beta)
    defined = ~np.isnan(low)
    covers(((low <= truth) & (truth <= high))[defined], 0.935, 0.972)


@pytest.mark.parametrize("beta", [0, -1, float("nan")])
def test_beta_must_be_positive(beta):
    with pytest.raises(ValueError, match="positive beta"):
        f_beta_interval(1, 1, 1, beta)
