"""The gate stays open on chance and closes on rows that the reference has not seen."""

from __future__ import annotations

import numpy as np
import pytest

from vedette.binning import Binning
from vedette.estimation.coverage import beyond_reach, uncovered


def counts(binning: Binning, values: np.ndarray) -> np.ndarray:
    return np.bincount(binning.find(values), minlength=binning.size).astype(float)


@pytest.mark.parametrize("rows", [30, 300, 3000])
def test_open_on_the_reference_law(rows: int):
    """Of 200 windows of the reference's own law at most 2 are gated (seeded)."""
    rng = np.random.default_rng(rows)
    known = rng.normal(size=50_000)
    binning = Binning.fit(known)
    windows = np.stack([counts(binning, rng.normal(size=rows)) for _ in range(200)])
    closed = beyond_reach(uncovered(windows, counts(binning, known)[None]), windows.sum(axis=1))
    assert closed.sum() <= 2


def test_closed_where_the_reference_ends():
    """Five percent of 1 000 rows beyond the range, missing, or unseen close it."""
    rng = np.random.default_rng(0)
    known = rng.normal(size=10_000)
    binning = Binning.fit(known)
    for odd in (50.0, np.nan, -9.0):
        window = np.concatenate((rng.normal(size=950), np.full(50, odd)))
        assert beyond_reach(uncovered(counts(binning, window)[None], counts(binning, known)[None]), [1000])[0]


def test_no_rows_are_not_beyond():
    """Nothing to cover is covered."""
    assert not beyond_reach([0], [0])[0]
