"""Sums of prediction errors."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.summaries.regression_errors import RegressionErrors
from vedette.testing.rows import observed

SPEC = RegressionErrors(prediction="p", label="y", centre=2.0)


def test_powers():
    """``powers[a, b]`` is Σ e**a (y - centre)**b."""
    state = observed(SPEC, p=[2.0, 1.0, 5.0], y=[1.0, 3.0, 5.0])
    error, label = np.array([1.0, -2.0, 0.0]), np.array([-1.0, 1.0, 3.0])
    for a in range(5):
        for b in range(5 - a):
            assert state["powers"][0, a, b] == (error**a * label**b).sum()


def test_rows_without_a_finite_pair_are_counted_and_left_out():
    label = [1.0, None, np.nan, np.inf, 4.0, 5.0]
    state = observed(SPEC, p=[1.5, 2.0, 3.0, 4.0, None, np.inf], y=label)
    assert (state["rows"][0], state["labelled"][0], state["powers"][0, 0, 0]) == (6, 3, 1)
    assert state["absolute"][0] == 0.5


def test_relative_errors_skip_labels_of_zero():
    state = observed(SPEC, p=[1.0, 3.0, 6.0], y=[0.0, 2.0, -4.0])
    assert state["relative"][0].tolist() == [2.0, 0.5 + 2.5, 0.25 + 6.25]


def test_symmetric_errors_of_two_zeros_are_zero():
    state = observed(SPEC, p=[0.0, 0.0, 3.0], y=[0.0, 1.0, 1.0])
    assert state["symmetric"][0].tolist() == [2.0 + 1.0, 4.0 + 1.0]


def test_signs():
    """`over` sums the squares of predictions that are too high, `largest` looks both ways."""
    state = observed(SPEC, p=[3.0, 1.0, 2.0], y=[1.0, 4.0, 1.0])
    assert (state["over"][0], state["largest"][0]) == (5.0, 3.0)


def test_a_missing_label_column_is_no_label():
    state = observed(SPEC, p=[1.0, 2.0])
    assert (state["rows"][0], state["labelled"][0]) == (2, 0)


@pytest.mark.parametrize("huge", [1e200, 1e308])
def test_overflow_is_no_warning(huge: float):
    """Sums beyond float64 become infinite, silently: the metrics then say that they are undefined."""
    state = observed(SPEC, p=[huge, 0.0], y=[0.0, -huge])
    assert np.isinf(state["powers"][0, 4, 0])
