"""One budget over everything looked at: still data are left in peace, an obvious change is found."""

import numpy as np
import pytest
from scipy.stats import binom

import vedette as vd


def drawn(seed, n, shift=0.0):
    """Return 20 columns of numbers, skewed numbers with nulls, and categories; the first moved by `shift`."""
    rng = np.random.default_rng(seed)
    columns = {f"n{i}": rng.normal(shift if i == 0 else 0.0, 1, n) for i in range(10)}
    columns |= {f"c{i}": rng.choice(list("abcdefghij")[: 2 + i], n) for i in range(7)}
    holes = rng.random((n, 3)) < 0.05
    return columns | {f"x{i}": np.where(holes[:, i], np.nan, rng.exponential(size=n)) for i in range(3)}


def judged(seed, n, bend=0.0):
    """Return scores that are honest up to `bend`, and labels."""
    rng = np.random.default_rng(seed)
    score = rng.beta(2, 2, n)
    return {"score": score, "label": (rng.random(n) < score * (1 - bend)).astype(int)}


def false_reports(make, runs, **arguments):
    """Return in how many of `runs` comparisons of independent rows of one law anything was found."""
    pairs = ((make(2 * seed, 600), make(2 * seed + 1, 500)) for seed in range(runs))
    return sum(bool(vd.compare(*pair, **arguments, threads=1).findings) for pair in pairs)


@pytest.mark.slow
def test_drift_of_twenty_still_columns_is_rarely_reported():
    """At most 1 % of reports; more than 4 of 80 have probability 1.3e-3 at exactly 1 %."""
    assert binom.sf(4, 80, 0.01) < 0.002
    assert false_reports(drawn, 80, metrics=["psi"]) <= 4


def test_performance_of_a_still_model_is_rarely_reported():
    """At most 1 % of reports; more than 4 of 80 have probability 1.3e-3 at exactly 1 %."""
    assert binom.sf(4, 80, 0.01) < 0.002
    metrics = ["f1", "roc_auc", "accuracy", "brier", "ece"]
    schema = vd.Schema(score="score", label="label")
    assert false_reports(judged, 80, metrics=metrics, schema=schema) <= 4


@pytest.mark.parametrize("seed", range(3))
def test_an_obvious_shift_is_found_and_nothing_beside_it(seed):
    report = vd.compare(drawn(seed, 2000), drawn(seed + 100, 2000, shift=1.0), metrics=["psi"])
    assert [(f.column, f.rule) for f in report.findings] == [("n0", "shift")]
    assert not report.ok


@pytest.mark.parametrize("seed", range(3))
def test_a_model_that_broke_is_found(seed):
    schema = vd.Schema(score="score", label="label")
    report = vd.compare(
        judged(seed, 3000), judged(seed + 100, 3000, bend=0.6), schema, metrics=["brier", "precision"]
    )
    (incident,) = report.findings
    assert {incident.metric, *incident.also} == {"brier", "precision"}
    assert not report.ok
