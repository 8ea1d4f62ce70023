"""Counts of prediction errors in frozen bins."""

from __future__ import annotations

import numpy as np

from vedette.binning import Binning
from vedette.summaries.residuals import Residuals
from vedette.testing.rows import observed

SPEC = Residuals(prediction="p", label="y", binning=Binning((-1.0, 0.0, 1.0)))


def test_counts_by_bin():
    """An edge belongs to the bin on its right; what is outside the edges has bins of its own."""
    state = observed(SPEC, p=[-5.0, -1.0, -0.5, 0.0, 0.5, 1.0, 9.0], y=[0.0] * 7)
    assert state["counts"][0].tolist() == [1, 2, 2, 2, 0]
    assert (state["low"][0], state["high"][0]) == (-5.0, 9.0)


def test_rows_without_a_finite_pair_are_in_the_last_bin():
    state = observed(SPEC, p=[0.0, None, np.inf, 1.0, np.inf], y=[0.0, 1.0, 1.0, None, np.inf])
    assert state["counts"][0].tolist() == [0, 0, 1, 0, 4]
    assert (state["low"][0], state["high"][0]) == (0.0, 0.0)


def test_no_pair_has_no_extremes():
    state = observed(SPEC, p=[1.0], y=[None])
    assert (state["low"][0], state["high"][0]) == (np.inf, -np.inf)
