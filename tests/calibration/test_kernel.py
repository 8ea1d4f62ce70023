"""The law of the kernel distance when nothing moved: p-values are p-values."""

import numpy as np

from vedette.engine.baseline import Baseline
from vedette.run import compare


def rows(n, seed, rho=0.5):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 6))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    return {f"x{i}": z[:, i] for i in range(6)}


def test_p_values_of_still_rows_and_of_a_correlation_that_broke():
    """Of 150 still windows 1 to 19 are below .05 (binomial, 2e-5 outside if the law holds)."""
    baseline = Baseline.fit(rows(10_000, 0), metrics=["mmd"])
    still = [compare(baseline, rows(400, 1000 + s), metrics=["mmd"]).estimate("mmd").p for s in range(150)]
    assert 1 <= np.sum(np.array(still) < 0.05) <= 19
    broken = [compare(baseline, rows(400, s, -0.5), metrics=["mmd"]).estimate("mmd").p for s in range(5)]
    assert max(broken) < 1e-4
