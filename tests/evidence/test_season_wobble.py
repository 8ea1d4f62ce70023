"""How much windows vary, seen along the direction in which they do."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from vedette.evidence.season import choose_season, dispersion, wobble

EDGES = ndtri(np.arange(1, 10) / 10)


def windows(seed, count=400, rows=200, sd=0.0, persistence=0.0):
    """Counts of ten bins whose mean wobbles by `sd` standard deviations from window to window."""
    rng = np.random.default_rng(seed)
    level = rng.normal(0, sd, count)
    for t in range(1, count):
        level[t] = persistence * level[t - 1] + np.sqrt(1 - persistence**2) * level[t]
    below = ndtr(EDGES - level[:, None])
    shares = np.diff(np.column_stack((np.zeros(count), below, np.ones(count))), axis=1)
    return np.stack([rng.multinomial(rows, p) for p in shares]).astype(float)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("ordered", [True, False])
def test_independent_rows_keep_their_worth(seed, ordered):
    """Three standard errors over at most ten directions: about one run in seventy shows something by chance, and then
    little; all forty together stay below 1.5 with a flake rate under 1e-6 (it would take seven standard errors)."""
    assert wobble(windows(seed), np.zeros(400, int), ordered=ordered) < 1.5


def test_a_wobbling_mean_counts_along_its_own_direction():
    """The mean of 200 rows has variance 1/200; a wobble of .3 sd makes it 1 + 200 x .09 x .92 times as much, .92 being
    what ten bins keep of a shift."""
    counts, flat = windows(1, sd=0.3), np.zeros(400, int)
    assert wobble(counts, flat) == pytest.approx(1 + 200 * 0.09 * 0.92, rel=0.25)
    assert dispersion(counts, flat) < 4
    assert choose_season(counts, {"none": flat}, {"none": np.inf}).dispersion == wobble(counts, flat)


def test_what_persists_counts_more():
    """(1 + .5) / (1 - .5) is three times as much."""
    once, lasting = (wobble(windows(2, sd=0.3, persistence=p), np.zeros(400, int)) for p in (0.0, 0.5))
    assert lasting / once == pytest.approx(3, rel=0.4)


def test_few_windows_say_nothing():
    assert wobble(windows(3, count=6, sd=1.0), np.zeros(6, int)) == 1.0
    assert wobble(np.zeros((40, 5)), np.zeros(40, int)) == 1.0
