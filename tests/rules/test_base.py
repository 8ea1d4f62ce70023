"""N of M: how often a condition must hold, and what happens in windows without a value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.conftest import series, spans

from vedette import registry
from vedette.errors import ConfigError
from vedette.rules._compound import Compound
from vedette.rules.base import firing, runs
from vedette.rules.change import Change
from vedette.rules.threshold import Threshold

BREACHED = st.lists(st.sampled_from([True, False, None]), max_size=30)


def loop(breached, breaches, of):
    """Return what `firing` promises, one window at a time."""
    recent, state, states = [], False, []
    for one in breached:
        if one is not None:
            recent = [*recent, one][-of:]
            state = sum(recent) >= breaches
        states.append(state)
    return states


@given(BREACHED, st.integers(1, 5), st.integers(0, 5))
def test_firing_equals_a_loop(breached, breaches, more):
    known = np.array([one is not None for one in breached], bool)
    found = firing(np.array([bool(one) for one in breached], bool), known, breaches, breaches + more)
    assert found.tolist() == loop(breached, breaches, breaches + more)


@given(st.lists(st.booleans(), max_size=30))
def test_runs_cover_exactly_what_is_true(mask):
    covered = [i for start, end in runs(np.array(mask, bool)) for i in range(start, end)]
    assert covered == np.flatnonzero(mask).tolist()


def test_two_of_three_fires_at_the_second_breach_and_ends_when_they_are_past():
    rule = Threshold(metrics=("recall",), below=0.7, breaches=2, of=3)
    found = list(rule.fold(series([0.9, 0.6, 0.9, 0.6, 0.6, 0.9, 0.9, 0.9])))
    assert spans(found) == [("w3", "w5")]


def test_a_window_without_a_value_neither_breaches_nor_ends_a_run():
    rule = Threshold(metrics=("recall",), below=0.7)
    assert spans(rule.fold(series([0.6, np.nan, 0.6, 0.9, np.nan]))) == [("w0", "w2")]


def test_one_window_is_named_by_no_window():
    (found,) = Threshold(metrics=("recall",), below=0.7).fold(series([0.6]))
    assert found.window is found.until is None


def test_each_run_is_one_finding_about_its_worst_window():
    rule = Threshold(metrics=("recall",), below=0.7)
    first, second = rule.fold(series([0.6, 0.3, 0.5, 0.9, 0.65]))
    assert (first.current.value, second.current.value) == (0.3, 0.65)


def test_a_rule_looks_at_the_metrics_it_names():
    rule = Threshold(metrics=("recall",), below=0.7)
    assert rule.applies(series([0.6]))
    assert not rule.applies(series([0.6], metric="precision"))
    assert Change().applies(series([0.6], reference=(0.9, 0.88, 0.92)))


@pytest.mark.parametrize(("breaches", "of"), [(2, 1), (0, 1), (-1, 3), (1, 0)])
def test_a_rule_that_can_never_fire_is_refused(breaches, of):
    with pytest.raises(ConfigError) as raised:
        Change(breaches=breaches, of=of)
    assert raised.value.code == "rules.never-fires"


@pytest.mark.parametrize("name", registry.names("rule"))
def test_a_rule_is_a_pure_fold(name):
    """Folding twice, or rule by rule, gives the same findings: nothing is remembered."""
    cls = registry.load("rule", name)
    limit = Threshold(metrics=("recall",), below=0.5)
    rule = limit if cls is Threshold else cls(rules=(limit, limit)) if issubclass(cls, Compound) else cls()
    one = series(
        [0.2, 0.3], 0.01, evidence=1e-9, reference=(0.9, 0.88, 0.92), metric=(*rule.metrics, "recall")[0]
    )
    assert list(rule.fold(one)) == list(rule.fold(one))
