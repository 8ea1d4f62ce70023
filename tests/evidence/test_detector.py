"""The promise: on a stream that does not move, an alarm is as rare as said; on one that moves it comes soon."""

import numpy as np
import pytest

from vedette.evidence.detector import Detector, Stream
from vedette.evidence.season import choose_season, dispersion

BINS = 11  # ten of equal mass and missing
STILL = np.append(np.full(10, 0.1), 0.0)


def draws(rng, shares, windows, rows=500):
    return rng.multinomial(rows, shares, windows).astype(float)


def normal_shares(mean=0.0, sd=1.0):
    from scipy.special import ndtr, ndtri

    edges = ndtri(np.arange(1, 10) / 10)
    return np.append(np.diff(np.concatenate(([0], ndtr((edges - mean) / sd), [1]))), 0.0)


def alarms(counts, streams=1, seed=0, windows_between=1000):
    rng = np.random.default_rng(seed)
    detector = Detector([Stream(draws(rng, STILL, 1, 10_000)) for _ in range(streams)])
    return next((t for t, c in enumerate(counts) if detector.step(c).family >= np.log(windows_between)), None)


def test_no_alarm_on_a_stream_that_does_not_move():
    """The promise is one in 1000 windows; 20 runs of 300 windows expect at most 6, and conservatism leaves 0.

    Were the detector as loose as promised, 6000 windows would hold 3 or fewer alarms with probability .15; a
    detector that alarms ten times too often would pass with probability below 1e-6.
    """
    runs = [alarms(draws(np.random.default_rng(900 + s), STILL, 300)[:, None], seed=s) for s in range(20)]
    assert sum(run is not None for run in runs) <= 3


@pytest.mark.parametrize(("shift", "within"), [(0.16, 8), (0.25, 4), (0.4, 2)])
def test_a_shift_is_found_soon(shift, within):
    """Median delays over 15 streams; the floor measured elsewhere is 3.5, 2 and 1 windows."""
    shares = normal_shares(shift)
    delays = [alarms(draws(np.random.default_rng(s), shares, 40)[:, None], seed=s + 50) for s in range(15)]
    assert np.median([40 if d is None else d + 1 for d in delays]) <= within


def test_one_moved_column_among_twenty_is_named():
    rng = np.random.default_rng(3)
    detector = Detector([Stream(draws(rng, STILL, 1, 10_000)) for _ in range(20)])
    for _ in range(8):
        counts = draws(rng, STILL, 20)
        counts[7] = draws(rng, normal_shares(0.25), 1)[0]
        evidence = detector.step(counts)
    assert evidence.family > np.log(1000)
    assert np.argmax(evidence.streams) == 7
    assert evidence.onset[7] <= 2


def test_a_burst_of_missing_values_is_found():
    rng = np.random.default_rng(4)
    burst = 0.98 * STILL + 0.02 * np.eye(BINS)[-1]
    assert alarms(draws(rng, burst, 20)[:, None]) <= 4


def test_empty_windows_add_nothing():
    rng = np.random.default_rng(5)
    detector = Detector([Stream(draws(rng, STILL, 1, 10_000))])
    for _ in range(5000):
        evidence = detector.step(np.zeros((1, BINS)))
    assert evidence.family == -np.inf


def test_a_saved_detector_goes_on_as_if_nothing_happened():
    rng = np.random.default_rng(6)
    counts = draws(rng, normal_shares(0.1), 30)[:, None]
    streams = [Stream(draws(rng, STILL, 1, 10_000))]
    whole, first, second = Detector(streams), Detector(streams), Detector(streams)
    expected = [whole.step(c).family for c in counts]
    found = [first.step(c).family for c in counts[:13]]
    second.resume(first.state())
    assert found + [second.step(c).family for c in counts[13:]] == expected


@pytest.mark.parametrize("rows", [1, 5, 50])
def test_small_references_and_windows_are_defined(rows):
    rng = np.random.default_rng(7)
    detector = Detector([Stream(draws(rng, STILL, 1, rows)), Stream(np.array([[rows, 0.0]]), ordered=False)])
    for _ in range(20):
        counts = np.zeros((2, BINS))
        counts[0] = draws(rng, STILL, 1, rows)[0]
        counts[1, 0] = rows
        evidence = detector.step(counts)
    assert np.isfinite(evidence.family)
    assert evidence.family < np.log(1000)


def test_a_daily_cycle_is_known_from_the_reference_and_no_alarm():
    rng = np.random.default_rng(8)
    hour = np.arange(24 * 14) % 24
    cycle = np.stack([normal_shares(0.3 * np.sin(2 * np.pi * h / 24)) for h in range(24)])
    past = rng.multinomial(500, cycle[hour]).astype(float)
    season = choose_season(past, {"none": 0 * hour, "hour": hour}, {"none": 336, "hour": 14})
    assert season.name == "hour"
    grouped = np.stack([past[hour == h].sum(0) for h in range(24)])
    detector = Detector([Stream(grouped, dispersion=season.dispersion)])
    pooled = Detector([Stream(past.sum(0, keepdims=True))])
    worst = fooled = -np.inf
    for t in range(24 * 21):
        counts = rng.multinomial(500, cycle[[t % 24]]).astype(float)
        worst = max(worst, detector.step(counts, np.array([t % 24])).family)
        fooled = max(fooled, pooled.step(counts).family)
    assert worst < np.log(1000) < fooled


def test_dispersion_of_independent_rows_is_one_and_of_noisy_windows_is_more():
    rng = np.random.default_rng(9)
    flat = np.zeros(200, np.int64)
    assert dispersion(draws(rng, STILL[:10], 200), flat) == pytest.approx(1.0, abs=0.1)
    noisy = np.array([rng.multinomial(500, rng.dirichlet(100 * STILL[:10])) for _ in flat]).astype(float)
    assert dispersion(noisy, flat) == pytest.approx(1 + 499 / 101, rel=0.2)
