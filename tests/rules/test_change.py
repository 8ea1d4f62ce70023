"""A change is found when it is real, larger than tolerated, and for the worse."""

import numpy as np
import pytest
from tests.rules.conftest import series

from vedette.rules.change import Change
from vedette.values import Estimates

THEN = (0.9, 0.88, 0.92)


def found(value, half=0.005, *, evidence=1e-6, reference=THEN, rule=None, **facts):
    return list((rule or Change()).fold(series(value, half, evidence=evidence, reference=reference, **facts)))


def test_a_fall_of_what_should_be_high():
    (one,) = found(0.8)
    assert one.level == "act"
    assert "fell from 0.9" in one.message
    assert one.effect.value == pytest.approx(-0.1)
    assert one.effect.low < -0.1 < one.effect.high
    assert (one.current.value, one.reference.value, one.evidence) == (0.8, 0.9, 1e-6)


def test_a_change_for_the_better_is_no_finding():
    assert not found(0.97)
    assert not found(0.8, better="lower", metric="brier", title="Brier score")
    (one,) = found(0.97, better="lower", metric="brier", title="Brier score")
    assert "rose" in one.message


def test_without_a_better_side_both_are_watched():
    for value in (0.8, 0.97):
        (one,) = found(value, better="neither")
        assert one.level == "watch"


def test_a_change_of_one_column_is_watched():
    (one,) = found(0.8, column="age")
    assert one.level == "watch"


def test_without_evidence_there_is_no_finding():
    assert not found(0.5, evidence=0.02)
    assert not found(0.5, evidence=np.nan)
    assert found(0.5, evidence=0.02, rule=Change(alpha=0.05))


def test_a_certain_change_within_the_tolerance_is_no_finding():
    assert not found(0.895, evidence=0.0)
    assert found(0.885, evidence=0.0)
    assert not found(0.885, evidence=0.0, rule=Change(points=0.05))


def test_a_number_without_bounds_is_tolerated_relative_to_its_reference():
    facts = {
        "metric": "mae",
        "title": "MAE",
        "better": "lower",
        "proportion": False,
        "reference": (20.0, 19.0, 21.0),
    }
    assert not found(20.9, **facts)
    assert found(21.1, **facts)
    assert not found(21.9, rule=Change(share=0.1), **facts)


def test_what_has_no_reference_is_not_looked_at():
    assert not Change().applies(series(0.5))
    assert not Change().applies(series(0.5, reference=THEN, compares=True))
    assert not found(0.5, reference=(None,))


class TestEvidence:
    """Evidence is the p-value of "the change is within the tolerance"."""

    def of(self, value, half, reference, rule=None, **facts):
        noise = facts.pop("noise", 0.0)
        made = series(value, half, reference=reference, **facts)
        then = Estimates.of(*reference[:1], *reference[1:], n=10_000)
        return (rule or Change()).evidence(made.current, then, made.proportion, noise)[0]

    def test_it_is_the_normal_tail_beyond_the_tolerance(self):
        """Standard errors 0.01 and 0.01 together 0.01414; 0.05 less the tolerance 0.01 are 2.83 of them."""
        half = 1.959964 * 0.01
        p = self.of(0.85, half, (0.9, 0.9 - half, 0.9 + half))
        assert p == pytest.approx(0.00468, rel=1e-2)

    def test_a_change_within_the_tolerance_is_no_evidence(self):
        assert self.of(0.895, 0.0001, THEN) == 1.0

    def test_an_interval_that_reaches_zero_has_its_width(self):
        """A low end of exactly 0 is an end, not a missing one: the other side faces it here."""
        wide = self.of(0.0, 0.0, (0.05, 0.0, 0.1))
        narrow = self.of(0.0, 0.0, (0.05, 0.049, 0.051))
        assert wide > 0.05 > narrow

    def test_more_rows_more_evidence(self):
        halves = [0.1, 0.03, 0.01, 0.003]
        evidence = [self.of(0.8, half, THEN) for half in halves]
        assert evidence == sorted(evidence, reverse=True)

    def test_no_value_no_evidence(self):
        assert np.isnan(self.of(np.nan, 0.1, THEN))

    def test_noise_between_windows_of_the_reference_weakens_it(self):
        assert self.of(0.85, 0.01, THEN, noise=0.03) > self.of(0.85, 0.01, THEN)
