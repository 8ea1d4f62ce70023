"""Conditions joined over the same windows and segment."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.conftest import series, spans

from vedette.errors import ConfigError
from vedette.rules.all_of import AllOf
from vedette.rules.any_of import AnyOf
from vedette.rules.threshold import Threshold
from vedette.values import Segment

LOW = Threshold(metrics=("recall",), below=0.7)
SLOW = Threshold(metrics=("mae",), above=0.5, severe="watch")


def pair(recall, mae, **facts):
    return [series(recall, **facts), series(mae, metric="mae", title="mae", better="lower", **facts)]


BITS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=20)


@given(BITS, st.integers(1, 3), st.integers(0, 2))
def test_and_or_and_n_of_m_as_a_loop_says(bits, breaches, more):
    recall = [0.6 if a else 0.9 for a, _ in bits]
    mae = [0.9 if b else 0.1 for _, b in bits]
    for cls, both in ((AllOf, all), (AnyOf, any)):
        rule = cls(rules=(LOW, SLOW), breaches=breaches, of=breaches + more)
        held = [both(pair_) for pair_ in bits]
        expected = [sum(held[max(0, i + 1 - rule.of) : i + 1]) >= breaches for i in range(len(bits))]
        covered = np.zeros(len(bits), bool)
        for f in rule.join(pair(recall, mae)):
            covered[f.window.start : f.until.start + 1] = True
        assert covered.tolist() == expected


def test_one_finding_tells_its_parts():
    (one,) = AllOf(rules=(LOW, SLOW), name="broken").join(pair([0.6, 0.6, 0.9], [0.9, 0.8, 0.9]))
    assert spans([one]) == [("w0", "w1")]
    assert one.rule == "all_of"
    assert one.message.startswith("broken: recall is 0.600 (0.600 to 0.600), below 0.700 and mae is")
    assert (one.level, one.also) == ("act", ("mae",))


def test_segments_are_judged_apart():
    here, there = Segment("carrier", "MQ"), Segment("carrier", "UA")
    all_series = [*pair([0.6, 0.6], [0.9, 0.1], segment=here), *pair([0.9, 0.9], [0.9, 0.9], segment=there)]
    (one,) = AllOf(rules=(LOW, SLOW)).join(all_series)
    assert one.segment == here
    found = list(AnyOf(rules=(LOW, SLOW)).join(all_series))
    assert {f.segment for f in found} == {here, there}


def test_conditions_nest():
    inner = AnyOf(rules=(LOW, SLOW))
    rule = AllOf(rules=(inner, Threshold(metrics=("recall",), below=0.95)))
    assert spans(rule.join(pair([0.6, 0.9, 0.99], [0.1, 0.9, 0.9]))) == [("w0", "w1")]


def test_windows_left_out_do_not_count():
    skipped = [msgspec.structs.replace(s, skip=np.array([True, False])) for s in pair([0.6, 0.9], [0.9, 0.1])]
    assert not list(AnyOf(rules=(LOW, SLOW)).join(skipped))


@pytest.mark.parametrize("rules", [(), (LOW,)])
def test_fewer_than_two_conditions_are_refused(rules):
    with pytest.raises(ConfigError) as raised:
        AllOf(rules=rules)
    assert raised.value.code == "rules.no-part"
