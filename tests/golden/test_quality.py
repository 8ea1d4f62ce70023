"""Each data-quality metric equals what numpy says of the same rows."""

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.layout import Column, Layout
from vedette.metrics.base import metric
from vedette.schema import Schema

RNG = np.random.default_rng(0)
REFERENCE = RNG.normal(size=5000)
X = np.where(RNG.random(4000) < 0.1, np.nan, RNG.normal(0.2, 1.3, 4000))
X[:7] = [np.inf, -np.inf, 50, -50, 0, 0, 0]
C = np.array([*("abz" * 1000), *([None] * 1000)], object)
T = np.array(["1.5"] * 3000 + ["n/a"] * 900 + [None] * 100, object)
FINITE = X[np.isfinite(X)]
PRESENT = X[~np.isnan(X)]

#: metric -> (column, what it must be, tolerance)
ORACLES = {
    "row_count": (None, 4000.0, 0),
    "missing": ("x", np.isnan(X).mean(), 1e-12),
    "wrong_type": ("t", 0.225, 1e-12),
    "infinite": ("x", 2 / 4000, 1e-12),
    "unseen": ("c", 1 / 3, 1e-12),
    "out_of_range": ("x", np.mean((REFERENCE.min() > PRESENT) | (REFERENCE.max() < PRESENT)), 2 / 4000),
    "constant": ("x", 0.0, 0),
    "mean": ("x", FINITE.mean(), 1e-10),
    "std": ("x", FINITE.std(ddof=1), 1e-10),
    "minimum": ("x", FINITE.min(), 0),
    "maximum": ("x", FINITE.max(), 0),
    "quantile": ("x", np.quantile(FINITE, 0.5), 0.02),
    "median": ("x", np.median(FINITE), 0.02),
}


@pytest.fixture(scope="module")
def layout():
    binning = Binning.fit(REFERENCE)
    columns = (
        Column(name="x", kind="number", binning=binning),
        Column(name="c", kind="category", known=("a",), rest=("b",)),
        Column(name="t", kind="number", binning=binning),
    )
    return Layout(schema=Schema(), task="none", columns=columns)


def estimate(layout, made, rows=slice(None)):
    table = pa.record_batch({"x": X[rows], "c": pa.array(C[rows]), "t": pa.array(T[rows])})
    batch = Batch(table)
    states = {name: spec.observe(batch, Cells()) for name, spec in made.needs(layout).items()}
    return made.compute(states)[0]


@pytest.mark.parametrize("name", ORACLES)
def test_metric_is_what_numpy_says(name, layout):
    column, expected, tolerance = ORACLES[name]
    found = estimate(layout, metric(name, column=column))
    assert found.value == pytest.approx(expected, abs=tolerance, rel=0)


@pytest.mark.parametrize("q", [0.01, 0.05, 0.25, 0.75, 0.95, 0.99])
def test_quantiles_are_good_to_a_bin_and_lie_in_their_interval(q, layout):
    found = estimate(layout, metric("quantile", column="x", q=q))
    truth = np.quantile(FINITE, q)
    assert found.low <= truth <= found.high
    assert abs(np.mean(found.value >= FINITE) - q) < 0.006


def test_quantiles_beyond_the_reference_are_interpolated_to_the_extreme(layout):
    """Half of the rows lie above the reference's maximum, in one bin that ends at the largest of them."""
    batch = Batch(pa.record_batch({"x": np.concatenate((np.zeros(500), np.linspace(10, 20, 500)))}))
    made = metric("quantile", column="x", q=0.75)
    states = {name: spec.observe(batch, Cells()) for name, spec in made.needs(layout).items()}
    assert 11 < made.compute(states)[0].value < 20


def test_a_column_of_one_value_is_constant(layout):
    assert estimate(layout, metric("constant", column="x"), slice(4, 7)).value == 1.0
    assert estimate(layout, metric("constant", column="x"), slice(4, 5)).reason == "insufficient"
    assert estimate(layout, metric("constant", column="c"), slice(0, 1)).reason == "insufficient"
    assert estimate(layout, metric("constant", column="c"), slice(0, 3000, 3)).value == 1.0
