"""Coverage of the regression intervals: 2 000 windows of one known law at a time, as cells of one state.

Each test passes as long as the true coverage is at least the promised one: the limit is the 1e-6 quantile of the
binomial law, so that it fails by chance once in a million runs, were the seed not fixed.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from vedette.batch import Batch
from vedette.binning import Binning
from vedette.cells import Cells
from vedette.metrics.base import metric
from vedette.summaries.regression_errors import RegressionErrors
from vedette.summaries.residuals import Residuals

WINDOWS = 2000
LAWS = {"normal": stats.norm(), "heavy": stats.t(8), "skewed": stats.lognorm(1)}


def states(n: int, errors: str, seed: int):
    """Return the states of windows of n rows with label N(10, 1) and error 0.5 N(0, 1), or of heavier tails."""
    rng = np.random.default_rng(seed)
    size = WINDOWS * n
    label = rng.normal(10, 1, size)
    error = 0.5 * LAWS[errors].rvs(size, random_state=rng)
    batch = Batch(pa.record_batch({"y": label, "p": label + error}))
    cells = Cells(np.repeat(np.arange(WINDOWS), n), WINDOWS)
    reference = 0.5 * rng.normal(size=20_000)
    return {
        "errors": RegressionErrors(prediction="p", label="y", centre=10.0).observe(batch, cells),
        "residuals": Residuals(prediction="p", label="y", binning=Binning.fit(reference)).observe(
            batch, cells
        ),
    }


def covered(found, truth: float, at_least: float) -> bool:
    hits = np.sum((found.low <= truth) & (truth <= found.high))
    return hits >= stats.binom.ppf(1e-6, WINDOWS, at_least)


def relative_error() -> float:
    """E|e / y| with e and y independent: the mean of 1 / y by quadrature."""
    y = np.linspace(4, 16, 200_001)
    return 0.5 * np.sqrt(2 / np.pi) * np.trapezoid(stats.norm.pdf(y, 10) / y, y)


TRUTH = {
    "mae": 0.5 * np.sqrt(2 / np.pi),
    "mse": 0.25,
    "rmse": 0.5,
    "bias": 0.0,
    "mape": relative_error(),
    "quantile_loss": 0.25 * np.sqrt(2 / np.pi),
    "r2": 0.75,
    "explained_variance": 0.75,
    "residual_quantile": 0.0,
}


@pytest.mark.parametrize("name", TRUTH)
def test_coverage_at_100_rows(name: str):
    """Of normal errors at 100 rows the 95 % interval covers at least 93 %."""
    assert covered(metric(name).compute(states(100, "normal", 1)), TRUTH[name], 0.93)


@pytest.mark.parametrize("name", ["mae", "mse", "rmse", "r2", "explained_variance"])
def test_coverage_at_30_rows(name: str):
    """Of normal errors at 30 rows it covers at least 91 %, where Student's own of squares covers 90 %."""
    assert covered(metric(name).compute(states(30, "normal", 2)), TRUTH[name], 0.91)


@pytest.mark.parametrize("name", ["mse", "r2"])
def test_coverage_of_heavy_tails(name: str):
    """Of errors with Student's t(8) at 500 rows it covers at least 91 %."""
    square = 0.25 * 8 / 6
    truth = {"mse": square, "r2": 1 - square}[name]
    assert covered(metric(name).compute(states(500, "heavy", 3)), truth, 0.91)


def test_upper_quantile_covers():
    """The ninth decile of residuals: at least 93 % at 200 rows, whatever the law."""
    for errors in ("normal", "heavy"):
        found = metric("residual_quantile", q=0.9).compute(states(200, errors, 4))
        assert covered(found, 0.5 * LAWS[errors].ppf(0.9), 0.93)


def test_lognormal_errors_are_covered_less():
    """What the page of `mse` warns of: of lognormal errors at 500 rows its interval covers 80 to 88 %."""
    found = metric("mse").compute(states(500, "skewed", 6))
    truth = 0.25 * np.exp(2)  # E e² of a lognormal of median ½
    share = np.mean((found.low <= truth) & (truth <= found.high))
    assert 0.80 < share < 0.88


def test_intervals_are_not_wide_for_safety():
    """Coverage stays below 97 %: an interval that always covers says nothing."""
    current = states(200, "normal", 5)
    limit = stats.binom.ppf(1 - 1e-6, WINDOWS, 0.965)
    for name, truth in TRUTH.items():
        found = metric(name).compute(current)
        assert np.sum((found.low <= truth) & (truth <= found.high)) <= limit, name
