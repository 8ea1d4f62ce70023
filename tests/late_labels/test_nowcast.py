"""A nowcast begins as the label-free estimate, ends as the truth, and is honest in between."""

import numpy as np
import pytest

from vedette.late_labels.bounds import worst_and_best
from vedette.late_labels.delay_law import unknown_law
from vedette.late_labels.maturity import maturity, stages
from vedette.late_labels.nowcast import Promise, drawn_labels, expected_labels, fitted_rates
from vedette.late_labels.replay import LEAST, ages_to_try, as_known_at, best_promise

PROMISE = Promise(200.0, 0.2)


def expected(strata, law):
    return expected_labels(strata, law, fitted_rates(strata.totals(), law, PROMISE).rates.rate)


def test_at_age_zero_it_is_what_scores_promise(windows, law):
    strata, _ = windows(age=0)
    found = expected(strata, law)
    assert np.allclose(found.positive, strata.waiting * strata.promise, rtol=0, atol=1e-12)
    assert np.allclose(found.negative, strata.waiting * (1 - strata.promise), rtol=0, atol=1e-12)


def test_past_the_horizon_nothing_is_expected(windows, law):
    strata, truth = windows(age=5)
    found = expected(strata, law)
    assert not found.positive.any()
    assert not found.negative.any()
    assert np.array_equal(strata.labelled, truth)


def test_rows_that_wait_past_the_horizon_get_no_label(windows, law):
    strata, _ = windows(age=5)
    lost = strata._replace(labelled=strata.labelled * 0.5, waiting=strata.labelled.sum(axis=2) * 0.5)
    assert not expected(lost, law).positive.any()


def test_rows_that_never_get_a_label_are_not_expected_to(windows, law):
    strata, _ = windows(age=0)
    found = expected(strata, law._replace(never=np.array([0.4, 0.0, 0.0, 0.0])))
    share = (found.positive + found.negative) / strata.waiting
    assert np.allclose(share[0], np.where(strata.stratum == 0, 0.6, 1.0))


@pytest.mark.parametrize("change", [0.0, 0.8])
def test_it_is_nearer_to_the_truth_than_labels_so_far_and_than_scores(windows, law, change):
    """Positives of 40 windows of 4000 rows at an age when 60 % of them are in; seeds fixed, so it never flakes."""
    strata, truth = windows(age=2, count=40, change=change)
    positives = truth[..., 1].sum(axis=1)
    found = strata.labelled[..., 1].sum(axis=1) + expected(strata, law).positive.sum(axis=1)
    free = (strata.labelled.sum(axis=2) + strata.waiting) @ strata.promise
    error, of_free = np.abs(found - positives).mean(), np.abs(free - positives).mean()
    assert error < (of_free if change else 1.05 * of_free)
    assert error < 0.1 * np.abs(strata.labelled[..., 1].sum(axis=1) - positives).mean()


def test_draws_hold_the_truth(windows, law):
    """95 % intervals for the positives of 200 windows hold 176 or more (binomial limit, 1 in 10,000); seeds fixed."""
    strata, truth = windows(age=2, count=200, seed=3)
    fitted = fitted_rates(strata.totals(), law, PROMISE)
    held = 0
    for i in range(200):
        one = strata.at([i])
        alone = fitted_rates(one.totals(), law, PROMISE)
        assert np.allclose(alone.rates.rate[0], fitted.rates.rate[i])
        _, positive = drawn_labels(one, alone, expected_labels(one, law, alone.rates.rate), 300, seed=i)
        low, high = np.quantile(positive.sum(axis=1) + one.labelled[..., 1].sum(), [0.025, 0.975])
        held += low <= truth[i, :, 1].sum() <= high
    assert held >= 176


def test_of_an_unknown_law_what_is_left_of_the_promise_is_expected(windows):
    """Early labels, all of one class, must not pass for a rate."""
    strata, _ = windows(age=2, count=10)
    found = expected(strata, unknown_law(4, 6, 5))
    whole = strata.labelled[..., 1].sum(axis=1) + found.positive.sum(axis=1)
    promised = (strata.labelled.sum(axis=2) + strata.waiting) @ strata.promise
    assert np.allclose(whole, promised, rtol=0.02)


def test_maturity_follows_from_ages_and_not_from_labels(windows, law):
    strata, _ = windows(age=2)
    rate = np.full((1, 4), 0.5)
    assert maturity(strata.rows, rate, law)[0] == pytest.approx(0.3)
    assert stages([0.3]) == ["provisional"]
    assert np.isnan(maturity(strata.rows * 0, rate, law)[0])


def test_a_window_as_it_was_known_then(windows, law):
    """At age 2 the labels of the first two delays were in, and every row had that age."""
    strata, truth = windows(age=5)
    delays = np.zeros((1, 4, 2, 6))
    delays[..., 1, 0], delays[..., 1, 1], delays[..., 1, 2] = 30, 30, 40
    delays[..., 0, 4] = 100
    past = as_known_at(strata, delays, 2)
    assert np.allclose(past.labelled[..., 1], 0.6 * truth[..., 1])
    assert not past.labelled[..., 0].any()
    assert np.allclose(past.labelled.sum(axis=2) + past.waiting, truth.sum(axis=2))
    assert past.ages.sum() == past.ages[..., 2].sum()


def test_replay_trusts_scores_that_were_right_more_than_those_that_were_not(windows, law):
    """Seeds fixed; a move of 0.2 in log-odds is too small to be taken for a contradiction by itself."""
    steps = np.diff(np.concatenate((law.known[0], np.ones((2, 1))), axis=1), axis=1)
    chosen = {}
    for change in (0.0, 0.2):
        strata, _ = windows(age=5, count=24, n=1000, change=change)
        labels = np.stack([strata.summed(strata.labelled[..., y]) for y in (0, 1)], axis=2).astype(int)
        rng = np.random.default_rng(0)
        delays = np.stack([rng.multinomial(labels[..., y], steps[y]) for y in (0, 1)], axis=2)
        chosen[change] = best_promise(strata, delays, law)
    assert chosen[0.0].spread < chosen[0.2].spread
    assert chosen[0.0].rows >= 100


def test_few_matured_windows_choose_nothing(windows, law):
    strata, _ = windows(age=5, count=LEAST - 1)
    assert best_promise(strata, np.zeros((LEAST - 1, 4, 2, 6)), law) == Promise()


def test_ages_to_try_begin_at_none_and_end_before_the_horizon(law):
    assert ages_to_try(law) == [0, 1, 2, 3, 4]


def test_bounds_hold_every_table_that_labels_can_make():
    rng = np.random.default_rng(0)
    tables, waiting = (
        rng.integers(0, 50, (30, 2, 2)).astype(float),
        rng.integers(0, 50, (30, 2)).astype(float),
    )
    worst, best = worst_and_best(tables, waiting)
    positive = np.floor(waiting * rng.random(waiting.shape))
    became = tables + np.stack((waiting - positive, positive), axis=2)

    def accuracy(table):
        return (table[:, 0, 0] + table[:, 1, 1]) / table.sum(axis=(1, 2))

    assert (accuracy(worst) <= accuracy(became)).all()
    assert (accuracy(became) <= accuracy(best)).all()
