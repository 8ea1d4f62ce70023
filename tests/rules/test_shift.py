"""A shift is real and large enough to care."""

import numpy as np
import pytest
from tests.rules.conftest import series

from vedette.rules.shift import Shift


def found(value, half, *, evidence=1e-6, rule=None, **facts):
    facts = {"metric": "psi", "title": "PSI", "better": "lower", "proportion": False, "column": "age"} | facts
    return list((rule or Shift()).fold(series(value, half, evidence=evidence, compares=True, **facts)))


@pytest.mark.parametrize(
    ("low", "size", "level"), [(0.03, "small", "watch"), (0.15, "medium", "watch"), (0.3, "large", "act")]
)
def test_the_size_is_that_of_the_low_end(low, size, level):
    (one,) = found(low + 0.01, 0.01)
    assert f"a {size} shift" in one.message
    assert one.level == level
    assert one.column == "age"


def test_a_certain_but_tiny_shift_is_no_finding():
    assert not found(0.025, 0.01, evidence=0.0)
    assert found(0.025, 0.01, evidence=0.0, rule=Shift(small=0.01))


def test_a_large_but_doubtful_shift_is_no_finding():
    assert not found(2.0, 0.01, evidence=0.02)
    assert not found(2.0, 0.01, evidence=np.nan)


def test_only_distances_from_the_reference_are_looked_at():
    assert not Shift().applies(series(0.5, metric="psi"))
    assert not Shift().applies(series(0.5, metric="ks", compares=True))
    assert Shift(metrics=("ks",)).applies(series(0.5, metric="ks", compares=True))


def test_a_segment_is_named():
    from vedette.values import Segment

    (one,) = found(0.5, 0.01, segment=Segment("carrier", "MQ"))
    assert "age where carrier=MQ moved" in one.message
