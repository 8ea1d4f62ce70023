"""Poisson bootstrap against the row bootstrap and a closed form, and coverage of average precision."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from vedette.inference.poisson_bootstrap import poisson_bootstrap_interval

BINS = 30


def average_precision(counts):
    """From counts per bin of decreasing score: positives, then negatives."""
    positives, negatives = counts[..., :BINS], counts[..., BINS:]
    hits = np.cumsum(positives, axis=-1)
    found = hits + np.cumsum(negatives, axis=-1)
    precision = np.divide(hits, found, out=np.zeros_like(hits), where=found > 0)
    return (precision * positives).sum(axis=-1) / positives.sum(axis=-1)


def sample(rng, size, rows):
    """Binned scores (bin 0 highest) of `size` samples with 20 % positives, as counts."""
    law = np.concatenate([0.2 * np.exp(-np.arange(BINS) / 6), 0.8 * np.exp(np.arange(BINS) / 15)])
    law[:BINS] *= 0.2 / law[:BINS].sum()
    law[BINS:] *= 0.8 / law[BINS:].sum()
    return law, rng.multinomial(rows, law, size=size)


def test_the_statistic_is_sklearns():
    _, (counts,) = sample(np.random.default_rng(0), 1, 500)
    labels = np.repeat([1, 0], [counts[:BINS].sum(), counts[BINS:].sum()])
    scores = -np.concatenate(
        [np.repeat(np.arange(BINS), counts[:BINS]), np.repeat(np.arange(BINS), counts[BINS:])]
    )
    assert average_precision(counts.astype(float)) == pytest.approx(average_precision_score(labels, scores))


def test_width_of_a_mean_is_the_standard_error():
    """The bootstrap variance of a mean of bins is its plug-in variance; 4000 draws fix the width to 5 %."""
    counts = np.array([100, 300, 200, 400])
    values = np.arange(4)
    low, high = poisson_bootstrap_interval(
        counts, lambda c: (c * values).sum(axis=-1) / c.sum(axis=-1), draws=4000
    )
    mean = counts @ values / 1000
    error = np.sqrt(counts @ (values - mean) ** 2 / 1000**2)
    assert (low + high) / 2 == pytest.approx(mean, abs=error / 5)
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.05)


def test_agrees_with_the_bootstrap_of_rows():
    rng = np.random.default_rng(1)
    _, (counts,) = sample(rng, 1, 800)
    resampled = rng.multinomial(800, counts / 800, size=4000).astype(float)  # row bootstrap, binned
    expected = np.quantile(average_precision(resampled), [0.025, 0.975])
    interval = poisson_bootstrap_interval(counts, average_precision, draws=4000)
    np.testing.assert_allclose(interval, expected, atol=0.1 * np.ptp(expected))


def test_undefined_without_rows_or_when_mostly_undefined():
    counts = np.zeros((3, 2 * BINS))
    counts[1, BINS] = 50  # no positives at all
    counts[2, [0, BINS]] = 50
    low, high = poisson_bootstrap_interval(counts, average_precision)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False]


def test_coverage_of_average_precision(covers):
    """300 samples of 500 rows, 400 draws; claimed coverage at least 0.92 for 0.95 (limits at 1e-6)."""
    law, counts = sample(np.random.default_rng(2), 300, 500)
    low, high = poisson_bootstrap_interval(counts, average_precision, draws=400)
    truth = average_precision(law)
    covers((low <= truth) & (truth <= high), 0.92)
