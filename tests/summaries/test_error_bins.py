"""Sums of prediction errors by bin of the prediction."""

from __future__ import annotations

import numpy as np

from vedette.binning import Binning
from vedette.summaries.error_bins import ErrorBins
from vedette.testing.rows import observed

SPEC = ErrorBins(prediction="p", label="y", binning=Binning((0.0, 5.0, 10.0)))


def test_sums_by_bin():
    """Rows, labelled rows, and sums of e, |e|, e squared and e to the fourth."""
    sums = observed(SPEC, p=[1.0, 2.0, 7.0, 8.0], y=[3.0, 1.0, 4.0, None])["sums"][0]
    assert sums[1].tolist() == [2, 2, -1, 3, 5, 17]
    assert sums[2].tolist() == [2, 1, 3, 3, 9, 81]


def test_rows_without_a_prediction_are_in_the_last_bin():
    sums = observed(SPEC, p=[None, np.inf, 6.0], y=[1.0, 1.0, np.inf])["sums"][0]
    assert sums[:, 0].tolist() == [0, 0, 1, 1, 1]
    assert sums[:, 1:].sum() == 0
