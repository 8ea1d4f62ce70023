"""What is bet on: no bet wins on average while the law is granted, and rare or single bins are seen soon."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.evidence.ball import smoothed
from vedette.evidence.bettors import RARE, score_bets, sparse_bins
from vedette.evidence.detector import Detector, Stream

TOLERANCE = 0.0025


@given(st.integers(0, 2**32 - 1), st.integers(2, 25), st.sampled_from([100, 5000]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_no_bet_wins_on_average_against_the_reference(seed, bins, rows, ordered):
    rng = np.random.default_rng(seed)
    reference = smoothed(rng.multinomial(rows, rng.dirichlet(np.full(bins, 0.4))))
    bets = score_bets(reference, rows, ordered, sparse_bins(reference), TOLERANCE)
    assert np.isfinite(bets).all()
    assert (np.exp(bets) @ reference <= 1 + 1e-12).all()


def test_a_bin_the_reference_never_filled_is_granted_eight_rows():
    """Garwood's upper limit of none at .00025 is -log(.00025) = 8.3 rows, more than that at .005 and the tolerance."""
    rows, counts = 10_000, np.array([5000.0, 5000.0, 0.0])
    bets = score_bets(smoothed(counts), rows, False, np.array([2]), TOLERANCE)
    law = np.array([0.5, 0.5, 0.0])
    granted = -np.log(0.00025) / rows
    for share, wins in ((granted * 0.99, False), (granted * 1.05, True)):
        moved = law * (1 - share) + np.array([0.0, 0.0, share])
        assert bool((np.exp(bets) @ moved > 1).any()) == wins


def windows_until_seen(reference, moved, ordered, seed, most=200):
    """Windows of 500 rows to an alarm of one in 1000, after 10 000 reference rows."""
    rng = np.random.default_rng(seed)
    past = rng.multinomial(10_000, reference)[None].astype(float)
    detector = Detector([Stream(past, ordered)])
    for t in range(1, most):
        if detector.step(rng.multinomial(500, moved)[None].astype(float)).family >= np.log(1000):
            return t
    return most


ZIPF = 1 / np.arange(1, 21) / np.sum(1 / np.arange(1, 21))


@pytest.mark.parametrize(
    ("reference", "change", "ordered", "within"),
    [
        # a tenth of the commonest category moves to the next
        (np.append(ZIPF, 0.0), np.append([-0.1 * ZIPF[0], 0.1 * ZIPF[0]], np.zeros(19)), False, 30),
        # a new category, or numbers outside the range, in one row of two hundred
        (np.append(ZIPF, 0.0), np.append(-0.005 * ZIPF, 0.005), False, 7),
        (np.append(np.full(10, 0.1), 0.0), np.append(np.full(10, -0.0005), 0.005), True, 7),
        # one more row of a hundred is missing
        (np.array([0.999, 0.001]), np.array([-0.01, 0.01]), False, 3),
    ],
)
def test_small_moves_of_single_bins_are_seen(reference, change, ordered, within):
    """Medians of 15 streams; without bets on single bins the first is not seen at all."""
    delays = [windows_until_seen(reference, reference + change, ordered, seed) for seed in range(15)]
    assert np.median(delays) <= within


def test_a_day_that_has_one_value_of_its_own_is_no_news():
    """A weekday's windows hold nothing but that weekday; each phase is granted what its own rows say."""
    days = np.append(np.eye(7), np.zeros((7, 1)), axis=1)
    detector = Detector([Stream(800.0 * 8 * days, ordered=False)])
    worst = max(detector.step(800.0 * days[[t % 7]], np.array([t % 7])).family for t in range(70))
    assert worst < 0


def test_rare_is_a_hundredth():
    assert sparse_bins(np.array([RARE / 2, RARE, 1 - 1.5 * RARE])).tolist() == [0]
