"""Drift of several columns together: found along directions, under the same promise, and only when asked."""

import numpy as np
import pytest

from vedette.engine.baseline import Baseline
from vedette.run import compare
from vedette.schema import Schema
from vedette.summaries.projections import Projections
from vedette.testing.rows import observed

ASKED = Schema(time="t", multivariate=True)


def days(first, n, seed, rho=0.6, size=300):
    """Return days of six columns, the first two of correlation rho; each column alone is always the same."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n * size, 6))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    day = np.repeat(np.arange(first, first + n), size).astype("timedelta64[D]")
    second = np.tile(np.arange(size) * 250, n).astype("timedelta64[s]")
    columns = {f"x{i}": z[:, i] for i in range(6)}
    return {"t": np.datetime64("2024-01-01") + day + second, **columns}


def after(*parts):
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


@pytest.fixture(scope="module")
def baseline():
    return Baseline.fit(days(0, 40, 0), ASKED, every="1d")


def test_a_correlation_that_breaks_is_found_where_it_began(baseline):
    report = compare(baseline, after(days(50, 10, 1), days(60, 10, 2, rho=-0.3)), every="1d")
    (found,) = report.findings
    assert (found.metric, found.rule, found.column) == ("mmd", "promise", None)
    assert abs(report.windows.index(found.window) - 10) <= 1
    assert "x0" in found.message
    assert "x1" in found.message
    assert "联合分布" in found.in_words("zh")
    assert report.diagnosis.causes[0].kind == "joint drift"
    assert report.estimate("mmd").p < 1e-6


def test_unasked_nobody_looks():
    report = compare(
        days(0, 40, 0), after(days(50, 10, 1), days(60, 10, 2, rho=-0.3)), Schema(time="t"), every="1d"
    )
    assert report.findings == []
    assert report.baseline.layout.projections == ()


def test_still_columns_keep_the_promise(baseline):
    """Six still histories of 60 days: the promise allows twelve false alarms; e-values are far below (0 measured)."""
    told = [compare(baseline, days(50, 60, 10 + s), every="1d").findings for s in range(6)]
    assert sum(len(found) for found in told) <= 2


def test_embeddings_are_followed_too():
    rng = np.random.default_rng(0)

    def texts(first, n, moved=0.0):
        at = np.datetime64("2024-01-01") + np.repeat(np.arange(first, first + n), 200).astype(
            "timedelta64[D]"
        )
        return {"t": at, "e": list(rng.normal(0, 1, (len(at), 6)) + moved * np.eye(6)[0])}

    baseline = Baseline.fit(texts(0, 30), ASKED, every="1d")
    now = after(texts(40, 5), texts(45, 5, moved=0.8))
    report = compare(baseline, now, every="1d")
    assert {f.metric for f in report.findings} == {"embedding_mmd"}
    assert report.findings[0].column == "e"
    assert report.estimate("embedding_mmd", column="e").p < 1e-6


def test_counts_along_a_direction_are_those_of_the_sum():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 500))
    spec = Projections(columns=("x", "y"), directions=((0.6, -0.8),), edges=((-1.0, 0.0, 1.0),))
    expected = np.histogram(0.6 * x - 0.8 * y, [-np.inf, -1, 0, 1, np.inf])[0]
    assert observed(spec, x=x, y=y)["counts"][0, 0].tolist() == expected.tolist()


def vectors(n, seed, moved=0.0):
    rng = np.random.default_rng(seed)
    return {"e": list(rng.normal(size=(n, 8)) + moved * np.eye(8)[0])}


def test_a_column_of_vectors_that_moved_is_a_finding_unasked():
    (found,) = compare(vectors(2000, 0), vectors(2000, 1, 0.6), Schema(embedding=["e"])).findings
    assert (found.rule, found.metric, found.column) == ("shift", "embedding_mmd", "e")


def test_a_column_of_vectors_that_is_still_is_none():
    """The rule's bound on a false finding is .01 each; its least size keeps chance far below (0 of 5 expected)."""
    told = [
        compare(vectors(2000, 10 + s), vectors(2000, 20 + s), Schema(embedding=["e"])).findings
        for s in range(5)
    ]
    assert told == [[]] * 5
