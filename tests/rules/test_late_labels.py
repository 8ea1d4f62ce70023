"""Labels that should have come by now."""

import numpy as np
import pytest
from tests.rules.conftest import spans

from vedette.errors import ConfigError
from vedette.rules.base import Series
from vedette.rules.late_labels import LateLabels
from vedette.values import Estimates, Segment, Window

DAY = 86_400_000_000


def found(coverage, delay="2d", unit=DAY, **facts):
    coverage = np.asarray(coverage, float)
    one = Series(
        metric="label_coverage",
        title="label coverage",
        unit="share",
        windows=tuple(Window(i * unit, (i + 1) * unit, f"d{i}") for i in range(len(coverage))),
        current=Estimates.of(coverage, coverage - 0.05, coverage + 0.05, n=500),
        evidence=np.full(len(coverage), np.nan),
        **facts,
    )
    return list(LateLabels(delay=delay).fold(one))


def test_young_windows_may_wait_old_ones_may_not():
    (one,) = found([0.9, 0.9, 0.2, 0.9, 0.9, 0.1, 0.0])
    assert spans([one]) == [("d2", "d2")]
    assert one.level == "watch"
    assert one.message == "Labels are late: 20% of d2 have one after 2d; usually 90%"


def test_no_labels_at_all_call_for_action():
    (one,) = found([0.9, 0.9, 0.9, 0.0, 0.9, 0.9])
    assert one.level == "act"


def test_a_model_that_never_has_many_labels_is_in_peace():
    assert not found([0.1] * 8)


def test_rows_have_no_age_and_segments_are_not_told():
    assert not found([0.9, 0.9, 0.0, 0.9, 0.9], unit=1000)
    assert not found([0.9, 0.9, 0.0, 0.9, 0.9], segment=Segment("a", "b"))


def test_a_delay_that_is_no_span_is_refused():
    with pytest.raises(ConfigError):
        LateLabels(delay="soon")
