"""Prediction-powered estimates: the published formula, unbiased whatever the promise, and intervals that cover."""

import numpy as np
import pytest

from vedette.estimation.band import share_interval
from vedette.estimation.label_budget import drawn, neyman
from vedette.estimation.ppi import Design, assisted_mean, assisted_ratio


def simple(rng, rows=5000, labels=400):
    score = rng.random(rows)
    truth = (rng.random(rows) < score).astype(float)
    return score, truth, Design(np.zeros(rows, np.intp), rng.choice(rows, labels, replace=False))


def test_a_simple_sample_gives_the_published_formula():
    """Angelopoulos, Duchi, Zrnic (2023), section 6: lambda, estimate and variance of a mean."""
    score, truth, design = simple(np.random.default_rng(0))
    score = score + 0.3 * np.random.default_rng(1).normal(size=len(score))
    y, f, n, size = truth[design.chosen], score[design.chosen], 400, 5000
    tuned = np.cov(y, f)[0, 1] / ((1 + n / size) * f.var(ddof=1))
    found = assisted_mean(y, score, design)
    assert found.part == pytest.approx(tuned)
    assert found.value == pytest.approx(y.mean() + tuned * (score.mean() - f.mean()))
    variance = (y - tuned * f).var(ddof=1) / n + tuned**2 * score.var() / size
    assert found.variance == pytest.approx(variance, rel=0.01)


def test_a_useless_promise_costs_nothing():
    score, truth, design = simple(np.random.default_rng(1))
    noise = np.random.default_rng(2).random(len(score))
    found = assisted_mean(truth[design.chosen], noise, design)
    assert found.part < 0.15
    assert found.variance <= 1.01 * truth[design.chosen].var() / 400


@pytest.mark.parametrize("promise", [1.0, 0.5])
def test_intervals_cover_the_rate_of_the_population_whatever_the_promise(promise):
    """Stratified draws of 200 among 3000 rows; 276 of 300 is the binomial limit of 95 % at 1 in 100; seeds fixed."""
    held = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        score = rng.beta(1, 3, 3000)
        truth = (rng.random(3000) < score).astype(float)
        stratum = np.minimum((score * 5).astype(np.intp), 4)
        sizes = np.bincount(stratum, minlength=5)
        stratum = np.unique(stratum, return_inverse=True)[1]
        sizes = np.bincount(stratum)
        take = neyman(sizes, np.bincount(stratum, score) / sizes, 200)
        design = Design(stratum, drawn(stratum, take, seed))
        found = assisted_mean(truth[design.chosen], promise * score, design)
        low, high = share_interval(found.value, found.variance)
        held += low <= 0.25 <= high
    assert held >= 276


def test_intervals_of_precision_cover():
    """As above, of a ratio whose denominator is known without labels."""
    held = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        score, truth, design = simple(rng, 4000, 200)
        said = (score >= 0.5).astype(float)
        at = design.chosen
        found = assisted_ratio((said[at] * truth[at], said[at]), (said * score, said), design)
        low, high = share_interval(found.value, found.variance)
        held += low <= 0.75 <= high
    assert held >= 276


def test_no_predicted_positive_has_no_precision():
    design = Design(np.zeros(4, np.intp), np.arange(4))
    nothing = np.zeros(4)
    assert np.isnan(assisted_ratio((nothing, nothing), (nothing, nothing), design).value)
