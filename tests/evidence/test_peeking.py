"""The numbers of a period that grows may be looked at after every window."""

import numpy as np
from scipy import stats

import vedette as vd
from vedette.engine.peeking import widening

DAY = 86_400_000_000


def test_the_truth_is_never_outside_at_any_of_many_looks():
    """1000 streams, looked at after every 100 of 10 000 rows: at most 5 % ever miss, up to the binomial quantile
    at 1e-6; of intervals of one look more than a quarter do."""
    rng = np.random.default_rng(0)
    n = np.arange(100, 10_001, 100)
    right = np.cumsum(rng.binomial(100, 0.9, (1000, 100)), axis=1)
    share = right / n
    half = 1.96 * np.sqrt(share * (1 - share) / n)
    off = np.abs(share - 0.9)
    ever = int(np.sum((off > widening(n, 5000) * half).any(axis=1)))
    assert ever <= stats.binom.isf(1e-6, 1000, 0.05)
    assert np.mean((off > half).any(axis=1)) > 0.25


def rows(days, first=0, seed=0):
    rng = np.random.default_rng(seed + first)
    n = days * 100
    score = rng.random(n)
    at = ((np.repeat(np.arange(days), 100) + first + 19_700) * DAY).astype("datetime64[us]")
    return {"at": at, "score": score, "label": (rng.random(n) < score).astype(int)}


def test_a_replay_says_which_kind_its_intervals_are():
    schema = vd.Schema(time="at", score="score", label="label")
    baseline = vd.Baseline.fit(rows(10), schema, every="1d")
    current = rows(10, first=10)
    grown, once = vd.compare(baseline, current, every="1d"), vd.compare(baseline, current)
    wide, narrow = grown.estimate("accuracy"), once.estimate("accuracy")
    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.4 * (narrow.high - narrow.low)
    in_json = next(e for e in grown.to_dict()["estimates"] if e["metric"] == "accuracy" and not e["segment"])
    assert in_json["low"] == wide.low
    assert [n.code for n in grown.notes].count("interval.anytime") == 1
    assert "interval.anytime" not in [n.code for n in once.notes]
    day = grown.estimate("accuracy", window=3)
    assert day.n == 100
    assert 0 <= wide.low < wide.high <= 1
