"""A limit is judged by the interval, not by the point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.conftest import series

from vedette.errors import ConfigError
from vedette.rules.threshold import Threshold


def fires(rule, *args, **kwargs):
    return bool(list(rule.fold(series(*args, **kwargs))))


BELOW = Threshold(metrics=("recall",), below=0.7)
ABOVE = Threshold(metrics=("recall",), above=0.3)


def test_the_whole_interval_must_lie_beyond():
    assert not fires(BELOW, 0.6, 0.11)
    assert fires(BELOW, 0.6, 0.09)
    assert not fires(ABOVE, 0.4, 0.11)
    assert fires(ABOVE, 0.4, 0.09)


def test_the_limit_itself_is_allowed():
    assert not fires(BELOW, 0.7)
    assert not fires(ABOVE, 0.3)


def test_an_estimate_without_an_interval_is_a_point():
    assert fires(BELOW, 0.6, np.nan)
    assert not fires(BELOW, 0.8, np.nan)


def test_no_value_is_no_finding():
    assert not fires(BELOW, np.nan)


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 1))
def test_more_evidence_never_takes_a_finding_back(value, half, limit):
    """A narrower interval around the same point fires wherever the wider one does."""
    rule = Threshold(metrics=("recall",), below=limit)
    assert fires(rule, value, half / 2) >= fires(rule, value, half)


def test_between_two_limits_the_broken_one_is_named():
    rule = Threshold(metrics=("recall",), below=0.2, above=0.8)
    low, high = list(rule.fold(series([0.1, 0.5, 0.95], 0.01)))
    assert "below 0.2" in low.message
    assert "above 0.8" in high.message


def test_the_worst_window_is_the_one_farthest_beyond():
    (found,) = BELOW.fold(series([0.6, 0.2, 0.5], 0.01))
    assert found.current.value == pytest.approx(0.2)
    (found,) = Threshold(metrics=("recall",), below=-0.5).fold(series([-1.0, -3.0, -2.0], 0.01))
    assert found.current.value == pytest.approx(-3.0)


def test_the_level_is_the_one_declared():
    rule = Threshold(metrics=("recall",), below=0.7, severe="watch")
    assert [f.level for f in rule.fold(series(0.1))] == ["watch"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"metrics": ("recall",)}, "rules.no-limit"), ({"below": 0.7}, "rules.no-metric")],
    ids=["no limit", "no metric"],
)
def test_what_is_missing_is_said(fields, code):
    with pytest.raises(ConfigError) as raised:
        Threshold(**fields)
    assert raised.value.code == code
