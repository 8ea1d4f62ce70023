"""Freshness, duplicates, distinct and vanished values against plain numpy and scipy."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

import vedette as vd
from vedette.layout import Layout
from vedette.metrics.base import metric
from vedette.summaries.base import State
from vedette.summaries.categories import Categories

RNG = np.random.default_rng(0)
N = 3000
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
ROWS = {
    "id": RNG.integers(0, 2500, N),
    "t": pa.array([START + dt.timedelta(seconds=int(s)) for s in RNG.integers(0, 10**6, N)]),
    "x": RNG.integers(0, 800, N) / 4,
    "c": RNG.choice(["a", "b", "c"], N),
}
LAST = {key: row for row, key in enumerate(ROWS["id"])}
KEPT = sorted(LAST.values())
#: metric -> (column, what plain Python says of the rows)
ORACLES = {
    "freshness": (None, max(ROWS["t"].take(KEPT).to_pylist()).timestamp()),
    "duplicates": (None, 1 - len(KEPT) / N),
    "distinct": ("x", float(len(np.unique(ROWS["x"][KEPT])))),
    "vanished": ("c", 2.0),
}


@pytest.fixture(scope="module")
def report():
    reference = {
        **ROWS,
        "c": RNG.choice(["a", "b", "c", "d", "e", "f"], N, p=[0.3, 0.3, 0.2, 0.1, 0.098, 0.002]),
    }
    schema = vd.Schema(id="id", time="t")
    return vd.compare(reference, ROWS, schema=schema, metrics=list(ORACLES))


@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str, report):
    column, want = ORACLES[name]
    assert report.estimate(name, column=column).value == pytest.approx(want, abs=1e-9)


def states(counts) -> dict[str, State]:
    spec = Categories(column="c", known=tuple("abcd"))
    return {"bins": State(spec, {"counts": np.atleast_2d(np.asarray(counts, np.int64))})}


class TestVanished:
    """A category is gone when chance does not explain that none of it came."""

    def test_evidence_is_hypergeometric(self):
        """The chance that all 120 rows of a category are in the reference, of 1000, and none among 90."""
        found = metric("vanished", column="c").compute(
            states([40, 0, 30, 20, 0, 0, 0]), states([400, 120, 300, 180, 0, 0, 0])
        )[0]
        assert found.value == 1
        assert found.p == pytest.approx(stats.hypergeom(1090, 120, 90).pmf(0), rel=0.01)

    def test_rare_categories_may_be_absent(self):
        found = metric("vanished", column="c").compute(
            states([50, 50, 0, 0, 0, 0, 0]), states([500, 490, 5, 5, 0, 0, 0])
        )[0]
        assert (found.value, found.p > 0.5) == (0, True)

    def test_size(self):
        """Of 20 000 windows without a change no more are rejected than promised."""
        rng = np.random.default_rng(1)
        shares = [0.5, 0.44, 0.04, 0.02]
        current, reference = (rng.multinomial(n, shares, 20_000) for n in (100, 1000))
        nothing = np.zeros((20_000, 3), int)
        found = metric("vanished", column="c").compute(
            states(np.hstack((current, nothing))), states(np.hstack((reference, nothing)))
        )
        for level in (0.05, 0.01, 0.001):
            assert np.sum(found.p <= level) <= stats.binom.isf(1e-6, 20_000, level)

    def test_reasons(self):
        made, some = metric("vanished", column="c"), states([5] * 7)
        assert made.compute(some)[0].reason == "no reference"
        assert made.compute(some, states([0] * 7))[0].reason == "insufficient"
        assert made.compute(states([0] * 7), some)[0].reason == "insufficient"


def test_many_distinct_values_lie_in_the_interval(report):
    x = {"x": np.arange(50_000.0)}
    found = vd.compare(x, x, metrics=["distinct"]).estimate("distinct", column="x")
    assert found.low < 50_000 < found.high
    assert found.high / found.low < 1.2


@pytest.mark.parametrize(("name", "needs"), [("freshness", "event time"), ("duplicates", "id")])
def test_says_what_it_needs(name: str, needs: str):
    layout = Layout(schema=vd.Schema(), task="none", columns=())
    assert needs in str(metric(name).why_not(layout))


def test_freshness_without_times():
    made = metric("freshness")
    clock = made.needs(Layout(schema=vd.Schema(time="t"), task="none", columns=()))["clock"]
    assert made.compute({"clock": clock.empty()})[0].reason == "insufficient"
