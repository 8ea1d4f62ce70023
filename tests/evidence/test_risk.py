"""A bet on a loss is fair at the bound, never for an improvement, and never ruins the bettor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.evidence.concept import Concept, concept_dispersion
from vedette.evidence.detector import Detector
from vedette.evidence.laws import Stream
from vedette.evidence.risk import Risk, risk_dispersion, upper_mean

SHARE = np.array([1.0, 0.0])


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.0, 0.05), st.floats(1e-6, 0.1))
@settings(max_examples=100, deadline=None)
def test_no_share_within_the_bound_wins_on_average(wrong, right, tolerance, delta):
    risk = Risk(np.array([[wrong, right]], float), SHARE, tolerance=tolerance)
    bound, table = risk.bounds(delta)[0], np.exp(risk.bets(delta)[0])
    assert np.isfinite(table).all()
    assert (table > 0).all()
    for share in np.linspace(0, bound, 20):
        assert (table @ [share, 1 - share] <= 1 + 1e-9).all()


@given(st.integers(0, 2**32 - 1), st.integers(3, 20))
@settings(max_examples=60, deadline=None)
def test_no_law_of_a_bounded_loss_within_the_bound_wins_on_average(seed, bins):
    rng = np.random.default_rng(seed)
    loss = np.sort(rng.random(bins))
    risk = Risk(rng.multinomial(400, rng.dirichlet(np.ones(bins)))[None].astype(float), loss)
    bound, table = risk.bounds(0.001)[0], np.exp(risk.bets(0.001)[0])
    assert (table > 0).all()
    for law in rng.dirichlet(np.ones(bins), 200):
        if law @ loss <= bound:
            assert (table @ law <= 1 + 1e-9).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_no_outcomes_within_their_bands_win_whatever_the_scores(seed, bins):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 200, bins)
    positive = rng.binomial(rows, rng.random(bins))
    concept = Concept(np.stack((rows - positive, positive), axis=1).astype(float))
    low, high = concept.bands(0.001)
    table = np.exp(concept.bets(0.001)[0]).reshape(-1, bins, 2)
    assert np.isfinite(table).all()
    assert (table > 0).all()
    for at in (low, high, (low + high) / 2):
        mean = table[:, :, 0] * (1 - at) + table[:, :, 1] * at
        assert (mean <= 1 + 1e-9).all()  # bin by bin, so for every mixture of scores


def test_the_bound_holds_the_truth():
    """Of 3000 references of 200 rows at most .01 exceed their bound; at 1e-6 the binomial allows 63."""
    rng = np.random.default_rng(0)
    wrong = rng.binomial(200, 0.1, 3000)
    bounds = upper_mean(np.stack((wrong, 200 - wrong), axis=1).astype(float), SHARE, 0.01)
    assert np.sum(bounds < 0.1) <= 63


def test_an_improvement_is_no_evidence():
    rng = np.random.default_rng(1)
    detector = Detector([Risk(np.array([[1000.0, 9000.0]]), SHARE)])
    for wrong in rng.binomial(500, 0.02, 100):
        evidence = detector.step(np.array([[wrong, 500 - wrong]], float))
    assert evidence.family < 0


@pytest.mark.parametrize(("drop", "within"), [(0.05, 8), (0.1, 3)])
def test_a_fall_of_accuracy_is_found_soon(drop, within):
    """Median of 15 streams of 500 labels a window."""
    delays = []
    for seed in range(15):
        rng = np.random.default_rng(seed)
        wrong = rng.binomial(10_000, 0.1)
        detector = Detector([Risk(np.array([[wrong, 10_000 - wrong]], float), SHARE)])
        windows = rng.binomial(500, 0.1 + drop, 40)
        found = (detector.step(np.array([[w, 500 - w]], float)).family >= np.log(1000) for w in windows)
        delays.append(next((t for t, alarm in enumerate(found, 1) if alarm), 40))
    assert np.median(delays) <= within


def outcomes(rng, windows, law, shift=0.0, rows=600):
    """Return counts by score bin and outcome of windows whose scores follow a law over ten bins."""
    share = 1 / (1 + np.exp(-(np.linspace(-3, 3, 10) + shift)))
    scores = rng.multinomial(rows, law, windows)
    positive = rng.binomial(scores, share)
    return np.stack((scores - positive, positive), axis=2).astype(float)


def test_other_scores_are_silent_and_another_meaning_speaks():
    rng = np.random.default_rng(2)
    even, skew = np.full(10, 0.1), np.linspace(1, 19, 10) / 100
    reference = Concept(outcomes(rng, 30, even).sum(0))
    for law, shift, alarms in ((skew, 0.0, False), (even, 0.6, True), (even, -0.6, True)):
        detector = Detector([reference])
        found = [detector.step(c.ravel()[None]).family for c in outcomes(rng, 40, law, shift)]
        assert bool(max(found) >= np.log(1000)) is alarms


def test_dispersion_of_independent_rows_is_one_and_of_bad_days_is_more():
    rng = np.random.default_rng(3)
    flat, even = np.zeros(200, np.int64), np.full(10, 0.1)
    wrong = rng.binomial(500, 0.1, 200)
    assert risk_dispersion(np.stack((wrong, 500 - wrong), axis=1).astype(float), SHARE, flat) < 1.3
    days = outcomes(rng, 200, even)
    assert concept_dispersion(days) < 1.3
    bad = np.concatenate([outcomes(rng, 1, even, shift) for shift in rng.normal(0, 0.5, 200)])
    assert concept_dispersion(bad) > 3


def test_streams_share_the_evidence_by_weight():
    reference = np.array([[1000.0, 9000.0]])
    window = np.array([[250.0, 250.0], [50.0, 450.0]])
    heavy, light = (
        Detector([Risk(reference, SHARE, weight=w), Risk(reference, SHARE, weight=1.0)]).step(window).family
        for w in (9.0, 1 / 9)
    )
    assert heavy - light == pytest.approx(np.log(0.9 / 0.1), abs=1e-6)


def test_labels_may_come_after_the_rows():
    """Values stepped now and labels three windows later leave what stepping both at once leaves."""
    rng = np.random.default_rng(4)
    streams = [Stream(np.full((1, 4), 1000.0)), Risk(np.array([[1000.0, 9000.0]]), SHARE)]
    values = rng.multinomial(300, [0.3, 0.2, 0.2, 0.3], 20).astype(float)
    wrong = rng.binomial(300, 0.16, 20)
    labels = np.zeros((20, 4))
    labels[:, 0], labels[:, 1] = wrong, 300 - wrong
    nothing = np.zeros(4)
    at_once, late = Detector(streams), Detector(streams)
    for both in zip(values, labels, strict=True):
        whole = at_once.step(np.stack(both))
    for t in range(23):
        if t < 20:
            found = late.step(np.stack((values[t], nothing)))
        if t >= 3:
            found = late.step(np.stack((nothing, labels[t - 3])), window=t - 3)
    assert found.family == whole.family
    assert found.onset.tolist() == whole.onset.tolist()
    assert late.windows == 20


@pytest.mark.parametrize("counts", [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
def test_empty_and_one_sided_references_are_defined(counts):
    detector = Detector([Risk(np.array([counts]), SHARE), Concept(np.array([counts]))])
    for _ in range(5):
        evidence = detector.step(np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert np.isfinite(evidence.family)
