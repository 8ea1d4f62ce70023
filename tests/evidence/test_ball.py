"""A bet against the ball is paid for: no law inside it lets the bettor win on average."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.evidence.ball import project, reference_radius, smoothed


def kl(p, q):
    return float(np.sum(p * np.log(p / q)))


def random_law(rng, bins):
    return smoothed(rng.multinomial(200, rng.dirichlet(np.ones(bins))))


@given(st.integers(0, 2**32 - 1), st.integers(2, 15), st.floats(1e-4, 0.05))
@settings(max_examples=60, deadline=None)
def test_the_projection_lies_on_the_ball_and_no_member_wins(seed, bins, radius):
    rng = np.random.default_rng(seed)
    reference, alternative = random_law(rng, bins), random_law(rng, bins)
    log_ratio, weight = project(reference, alternative[None], radius)
    best = alternative / np.exp(log_ratio[0])
    if weight[0] < 1:
        assert kl(reference, best) == pytest.approx(radius, abs=1e-7)
    for _ in range(40):
        member = reference + rng.uniform() * (random_law(rng, bins) - reference)
        if kl(reference, member) <= radius:
            assert member @ np.exp(log_ratio[0]) <= 1 + 1e-7


def test_an_alternative_inside_the_ball_is_not_bet_on():
    reference = smoothed([100, 200, 300])
    log_ratio, weight = project(reference, smoothed([101, 200, 299])[None], 0.01)
    assert weight.tolist() == [1.0]
    assert not log_ratio.any()


def test_the_radius_holds_the_reference_error():
    """1 - delta = .99 of 2000 references hold the truth; at 1e-6 the binomial allows no fewer than 1958."""
    rng = np.random.default_rng(0)
    truth = np.full(10, 0.1)
    drawn = smoothed(rng.multinomial(5000, truth, 2000))
    held = np.sum(drawn * np.log(drawn / truth), axis=1) <= reference_radius(5000, 10, 0.01)
    assert held.sum() >= 1958
