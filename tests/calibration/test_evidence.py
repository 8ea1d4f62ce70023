"""Run lengths when nothing moved: each detector keeps its promise, whatever the promise leaves room for.

Every stream of one detector is a run of its own, with its own reference. A promise of one false alarm in ``1 / ALPHA``
windows is held against ``2 / ALPHA`` of them in 400 runs: the mean run length by Kaplan and Meier, cut there, less
4.75 standard errors must reach ``1 / ALPHA``. "Ever" promises are held against the binomial quantile at 1e-6. So each
assertion would fail by chance less than once in a million runs, were the seeds not fixed; a detector that alarms four
times as often as promised fails.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from vedette.evidence.concept import Concept, concept_dispersion
from vedette.evidence.detector import Detector
from vedette.evidence.exchangeable import Exchangeable
from vedette.evidence.laws import DELTA, Stream
from vedette.evidence.risk import Risk, risk_dispersion
from vedette.evidence.two_sample import TwoSample

ALPHA, RUNS, ROWS = 0.01, 400, 200
WINDOWS = int(2 / ALPHA)
SHARE = np.array([1.0, 0.0])


def assert_kept(streams, windows):
    """Hold the run lengths of a detector's streams against the promise; windows of shape (t, runs, bins)."""
    detector = Detector(streams, delta=DELTA * len(streams))
    first = np.full(len(streams), np.inf)
    for t, counts in enumerate(windows, 1):
        alarms = detector.step(counts).streams >= -np.log(ALPHA)
        first = np.where(alarms & np.isinf(first), t, first)
    lengths = np.minimum(first, WINDOWS)  # all are cut at one place: Kaplan and Meier's mean is the plain one
    low = lengths.mean() - 4.75 * lengths.std(ddof=1) / np.sqrt(len(lengths))
    assert low >= 1 / ALPHA, f"{np.isfinite(first).sum()} of {RUNS} alarmed, mean run {lengths.mean():.0f}"


def rates(rng, size, dispersed=1.0, mean=0.1):
    """Return error rates of windows that vary so much that rows count as 1 / dispersed."""
    if dispersed == 1.0:
        return np.full(size, mean)
    rows = (ROWS - 1) / (dispersed - 1) - 1
    return rng.beta(mean * rows, (1 - mean) * rows, size)


@pytest.mark.parametrize("dispersed", [1.0, 3.0])
def test_risk(dispersed):
    """With noisy windows the dispersion is measured on 60 windows of the reference, as `watch` does."""
    rng = np.random.default_rng(int(dispersed))
    past = rng.binomial(ROWS, rates(rng, (RUNS, 60), dispersed))
    counts = np.stack((past, ROWS - past), axis=2).astype(float)
    flat = np.zeros(60, np.int64)
    streams = [Risk(c.sum(0)[None], SHARE, risk_dispersion(c, SHARE, flat)) for c in counts]
    wrong = rng.binomial(ROWS, rates(rng, (WINDOWS, RUNS), dispersed))
    assert_kept(streams, np.stack((wrong, ROWS - wrong), axis=2).astype(float))


def test_a_binned_loss():
    rng = np.random.default_rng(5)
    loss, law = np.linspace(0, 1, 12), np.exp(-np.arange(12) / 2.0)
    law /= law.sum()
    streams = [Risk(c[None], loss) for c in rng.multinomial(2000, law, RUNS).astype(float)]
    assert_kept(streams, rng.multinomial(ROWS, law, (WINDOWS, RUNS)).astype(float))


def test_concept_under_other_scores():
    """The scores swing from window to window; what they mean does not."""
    rng = np.random.default_rng(6)
    share = 1 / (1 + np.exp(-np.linspace(-3, 3, 10)))

    def outcomes(rows, windows):
        law = rng.dirichlet(np.full(10, 5.0), windows)
        scores = rng.multinomial(rows, law)
        positive = rng.binomial(scores, share)
        return np.stack((scores - positive, positive), axis=-1).astype(float)

    past = [outcomes(500, 20) for _ in range(RUNS)]
    streams = [Concept(c.sum(0), concept_dispersion(c)) for c in past]
    assert_kept(streams, np.stack([outcomes(ROWS, RUNS).reshape(RUNS, -1) for _ in range(WINDOWS)]))


@pytest.mark.parametrize("reference", [60, 5000])
def test_laws(reference):
    """A small reference is bet against by the exact martingale, a large one through its ball."""
    rng = np.random.default_rng(reference)
    law = np.append(np.full(8, 0.125), 0.0)
    streams = [Stream(c[None]) for c in rng.multinomial(reference, law, RUNS).astype(float)]
    assert_kept(streams, rng.multinomial(ROWS, law, (WINDOWS, RUNS)).astype(float))


def assert_rarely(highest, alpha=0.05):
    ever, allowed = int(np.sum(highest >= -np.log(alpha))), stats.binom.isf(1e-6, len(highest), alpha)
    assert ever <= allowed, f"{ever} of {len(highest)} ever, at most {allowed}"


def test_two_arms_of_one_season():
    """A common law that swings by a factor of three over the day; each column is a run of its own."""
    rng = np.random.default_rng(7)
    hour = np.arange(200)[:, None] / 24
    laws = np.exp(np.sin(2 * np.pi * (hour + np.arange(6) / 6)) * 0.55)
    laws /= laws.sum(1, keepdims=True)
    test, highest = TwoSample(RUNS, 6), np.zeros(RUNS)
    for law in laws:
        test.step(*rng.multinomial(150, law, (2, RUNS)).astype(float))
        highest = np.maximum(highest, test.log_e)
    assert_rarely(highest)


def test_two_arms_in_bins_of_one_of_them():
    """Edges at deciles of all of the control's rows, as `canary` fits them."""
    rng = np.random.default_rng(8)
    highest = np.zeros(RUNS)
    for run in range(RUNS):
        a, b = rng.normal(size=(2, 40, 50))
        edges = np.quantile(a, np.arange(1, 10) / 10)
        counts = [
            [np.bincount(np.searchsorted(edges, w), minlength=10)[None].astype(float) for w in x]
            for x in (a, b)
        ]
        test = TwoSample(1, 10)
        for mine, other in zip(*counts, strict=True):
            test.step(mine, other)
        highest[run] = test.highest
    assert_rarely(highest)


def test_the_exact_martingale():
    """Edges at order statistics of 59 rows, of which it knows nothing but that."""
    rng = np.random.default_rng(9)
    highest = np.zeros(RUNS)
    for run in range(RUNS):
        reference = np.sort(rng.lognormal(size=59))
        edges = reference[[9, 19, 29, 39, 49]]
        martingale = Exchangeable(np.full(6, 10.0) - 1 / 6)  # ten gaps in each of six bins
        for window in rng.lognormal(size=(60, 40)):
            counts = np.bincount(np.searchsorted(edges, window), minlength=6)
            highest[run] = max(highest[run], martingale.step(counts))
    assert_rarely(highest)
