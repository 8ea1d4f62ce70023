"""Label shift, calibration, patterns of broken labels, mix and impact: right sizes, and silence where they should."""

import numpy as np
import pytest

from vedette.diagnosis.calibration_shift import calibration_shift, confined
from vedette.diagnosis.label_pipeline import label_pattern
from vedette.diagnosis.label_shift import label_shift
from vedette.diagnosis.mix import mix
from vedette.diagnosis.split import split
from vedette.estimation.impact import impact

EDGES = np.linspace(-3, 3, 11)


def scores(rng, n, share, scale=1.0):
    """Return score bins and labels: two normal classes, optionally spread wider."""
    y = (rng.random(n) < share).astype(int)
    return np.searchsorted(EDGES, scale * rng.normal(2 * y - 1, 1.2)), y


def tabled(bins, y):
    return np.bincount(bins * 2 + y, minlength=24).reshape(12, 2)


def test_prevalence_without_labels():
    """True .55 from a reference of .3, n 3000, 200 seeds: mean within .01, sd as the standard error says."""
    fits = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        reference, (bins, _) = tabled(*scores(rng, 10_000, 0.3)), scores(rng, 3000, 0.55)
        fits.append(label_shift(np.bincount(bins, minlength=12), reference))
    now = np.array([fit.now[1] for fit in fits])
    assert now.mean() == pytest.approx(0.55, abs=0.01)
    assert now.std() < 0.02
    assert np.mean([fit.error for fit in fits]) == pytest.approx(now.std(), rel=0.25)


def test_goodness_of_fit_keeps_its_level_and_refuses_another_scale():
    """At level .01, 500 seeds: 13 or fewer rejections hold with probability 1 - 1e-3 at .01; all at another scale."""
    still = wider = 0
    for seed in range(500):
        rng = np.random.default_rng(seed)
        reference = tabled(*scores(rng, 10_000, 0.3))
        still += label_shift(np.bincount(scores(rng, 3000, 0.55)[0], minlength=12), reference).p < 0.01
        wider += label_shift(np.bincount(scores(rng, 3000, 0.3, 1.4)[0], minlength=12), reference).p < 0.01
    assert still <= 13
    assert wider == 500


def test_three_classes():
    laws = np.array([[0.6, 0.2, 0.1], [0.2, 0.4, 0.1], [0.1, 0.2, 0.2], [0.05, 0.1, 0.3], [0.05, 0.1, 0.3]])
    reference = laws * [5000, 3000, 2000]
    assert label_shift(laws @ [1000, 1000, 3000], reference).now.round(2).tolist() == [0.2, 0.2, 0.6]


def test_thin_references_are_refused():
    assert label_shift([5, 5, 5], [[10, 1], [10, 2], [10, 3]]) is None
    assert label_shift([0, 0, 0], [[100, 10], [100, 20], [100, 30]]) is None


def test_split_shares_out_the_change():
    rng = np.random.default_rng(0)
    then = tabled(*scores(rng, 20_000, 0.3))
    prior = split(tabled(*scores(rng, 10_000, 0.55)), then)
    assert prior.likelihood.p > 1e-3
    assert prior.label.effect / prior.total.effect > 0.95 > prior.score.effect / prior.total.effect
    assert prior.score.g2 + prior.meaning.g2 == pytest.approx(prior.label.g2 + prior.likelihood.g2)
    assert prior.score.df + prior.meaning.df == prior.label.df + prior.likelihood.df == prior.total.df


def test_calibration_is_blind_to_the_mix_of_scores_and_keeps_its_level():
    """1000 still cells at level .01: 22 or fewer with probability 1 - 1e-3."""
    rng = np.random.default_rng(0)
    p, weight = np.linspace(0.05, 0.95, 8), rng.dirichlet(np.ones(8), 1000)
    n = rng.multinomial(3000, weight)
    now = rng.binomial(n, p)
    past = rng.binomial(500, np.broadcast_to(p, (1000, 8)))
    found = calibration_shift(np.stack((n - now, now), 2), np.stack((500 - past, past), 2))
    assert (found.p < 0.01).sum() <= 22
    worse = calibration_shift(np.stack((now, n - now), 2), np.stack((500 - past, past), 2))
    assert (worse.p < 1e-6).all()


def regions(rng, flipped=(0.0, 0.0, 0.0), n=(3000, 2000, 800)):
    p = np.linspace(0.05, 0.95, 10)
    cells = []
    for rows, share in zip(n, flipped, strict=True):
        counts = rng.multinomial(rows, np.full(10, 0.1))
        y = rng.binomial(counts, p + share * (1 - 2 * p))
        cells.append(np.column_stack((counts - y, y)))
    return np.array(cells, float)


def test_a_change_of_meaning_is_confined_to_its_segment():
    rng = np.random.default_rng(0)
    then = regions(rng, n=(9000, 6000, 3000))
    found = confined(regions(rng, (0, 0, 0.4)), then)
    assert found is not None
    assert found.cell == 2
    assert confined(regions(rng, (0.3, 0.3, 0.3)), then) is None
    assert confined(regions(rng), then) is None
    assert confined(regions(rng)[:1], then[:1]) is None


@pytest.mark.parametrize(
    ("pattern", "broken"),
    [
        ("flipped", lambda p: p + 0.2 * (1 - 2 * p)),
        ("lost", lambda p: 0.8 * p),
        ("spurious", lambda p: p + 0.2 * (1 - p)),
    ],
)
def test_patterns_of_broken_labels(pattern, broken):
    rng = np.random.default_rng(0)
    p = np.linspace(0.05, 0.9, 10)
    past, now = rng.binomial(1000, p), rng.binomial(500, broken(p))
    found = label_pattern(np.column_stack((500 - now, now)), np.column_stack((1000 - past, past)))
    assert found is not None
    assert found.pattern == pattern
    assert found.rate == pytest.approx(0.2, abs=0.03)
    assert found.explained > 0.9


def test_labels_that_did_not_change_have_no_pattern():
    then = np.array([[900, 100], [500, 500], [100, 900]])
    assert label_pattern(then / 2, then) is None


def test_mix_adds_up_to_the_change():
    rng = np.random.default_rng(0)
    now, then = (np.column_stack((n := rng.integers(1, 500, 7), rng.binomial(n, 0.3))) for _ in range(2))
    found = mix(now, then)
    assert found.mix + found.within == pytest.approx(found.change)
    assert mix([[0, 0]], [[5, 1]]) is None
    assert mix([[0, 0], [10, 5]], [[10, 1], [0, 0]]).within == 0


def test_impact_and_its_error():
    """500 draws of one mix against a reference of another: the standard error is that of the draws."""
    rng = np.random.default_rng(0)
    then, labelled = np.array([6000, 4000]), np.array([[6000, 600], [4000, 1600]])
    found = [impact(rng.multinomial(1000, [0.3, 0.7]), then, labelled) for _ in range(500)]
    values = np.array([f.value for f in found])
    assert values.mean() == pytest.approx(0.3 * 0.3, abs=0.003)
    assert np.mean([f.error for f in found]) == pytest.approx(values.std(), rel=0.25)
    assert impact([0, 0], [1, 1], labelled) is None
