"""Histogram counts against numpy's own binning, odd values included."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.summaries.histogram import Histogram
from vedette.testing.rows import observed


@pytest.fixture(params=["grid", "searched"])
def spec(request) -> Histogram:
    """Bins found by table, and bins found by search."""
    fitted = Binning.fit(np.random.default_rng(0).normal(size=5000), 50)
    assert fitted.bits
    if request.param == "grid":
        return Histogram(column="x", binning=fitted)
    return Histogram(column="x", binning=Binning(tuple(fitted.edges.tolist())))


def test_is_numpys(spec: Histogram):
    x = np.random.default_rng(1).normal(0, 2, 4000)
    outer = np.concatenate(([-np.inf], spec.binning.edges, [np.inf]))
    found = observed(spec, x=x)["counts"][0]
    assert found[:-1].tolist() == np.histogram(x, outer)[0].tolist()
    assert found[-1] == 0


def test_odd_values_have_their_bins(spec: Histogram):
    """Infinities lie outside, null and nan in the last bin, nothing is lost."""
    found = observed(spec, x=pa.array([np.inf, np.inf, -np.inf, 1e300, -1e300, np.nan, None]))["counts"][0]
    assert (found[0], found[-2], found[-1], found.sum()) == (2, 3, 2, 7)


def test_text_that_spells_numbers(spec: Histogram):
    found = observed(spec, x=["0.1", "word", None])["counts"][0]
    assert (found[-1], found.sum()) == (2, 3)


def test_weights_and_cells(spec: Histogram):
    rng = np.random.default_rng(2)
    x, w, cell = rng.normal(size=300), rng.random(300), rng.integers(0, 3, 300)
    weighted = Histogram(column="x", binning=spec.binning, weight="w")
    batch = Batch(pa.record_batch({"x": x, "w": w}))
    found = weighted.observe(batch, Cells(cell, 4))["counts"]
    assert found.sum(axis=1) == pytest.approx([*(w[cell == c].sum() for c in range(3)), 0])
    assert found[1] == pytest.approx(observed(weighted, x=x[cell == 1], w=w[cell == 1])["counts"][0])
