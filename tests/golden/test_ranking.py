"""Ranking metrics against scikit-learn, and against their definitions spelled out query by query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

from vedette.metrics.base import metric
from vedette.summaries.ranking_gains import RankingGains
from vedette.testing.rows import observed

Query = tuple[np.ndarray, np.ndarray]  # relevance, score
K = 4


def ndcg(grade: np.ndarray, score: np.ndarray) -> float:
    return sk.ndcg_score([grade], [score], k=K)


def ndcg_exponential(grade: np.ndarray, score: np.ndarray) -> float:
    return sk.ndcg_score([2.0**grade - 1], [score], k=K)


def average_precision(grade: np.ndarray, score: np.ndarray) -> float:
    """scikit-learn has no cut-off: the definition."""
    hits = (grade[np.argsort(-score)] > 0)[:K]
    precisions = [hits[: i + 1].mean() for i in range(len(hits)) if hits[i]]
    return sum(precisions) / min((grade > 0).sum(), K)


def reciprocal_rank(grade: np.ndarray, score: np.ndarray) -> float:
    ranked = list(grade[np.argsort(-score)] > 0)
    return 1 / (ranked.index(True) + 1) if any(ranked) else 0.0


def top(grade: np.ndarray, score: np.ndarray) -> int:
    return int((grade[np.argsort(-score)[:K]] > 0).sum())


#: metric -> (parameters, value of one query, whether queries without a relevant row are left out)
ORACLES: dict[str, tuple[dict[str, Any], Callable[[np.ndarray, np.ndarray], float], bool]] = {
    "ndcg": ({"k": K}, ndcg, True),
    "map_at_k": ({"k": K}, average_precision, True),
    "mrr": ({}, reciprocal_rank, False),
    "hit_rate": ({"k": K}, lambda grade, score: float(top(grade, score) > 0), False),
    "precision_at_k": ({"k": K}, lambda grade, score: top(grade, score) / K, False),
    "recall_at_k": ({"k": K}, lambda grade, score: top(grade, score) / (grade > 0).sum(), True),
}


def queries(seed: int, count: int = 150) -> list[Query]:
    """Return queries of 2 to 9 rows with grades 0 to 3; scores are distinct, for scikit-learn averages over ties."""
    rng = np.random.default_rng(seed)
    made = []
    for size in rng.integers(2, 10, count):
        grade = rng.choice(4, size, p=[0.6, 0.2, 0.1, 0.1]).astype(float)
        made.append((grade, rng.permutation(size) + grade * rng.random()))
    return made


def gains(made: list[Query], **spec: Any) -> dict[str, Any]:
    """Return the state of the queries' rows, shuffled together."""
    number = np.repeat(np.arange(len(made)), [len(grade) for grade, _ in made])
    order = np.random.default_rng(0).permutation(len(number))
    grade, score = (np.concatenate(part) for part in zip(*made, strict=True))
    columns = {"q": number[order], "y": grade[order], "s": score[order]}
    return {"gains": observed(RankingGains(query="q", score="s", label="y", **spec), **columns)}


@pytest.mark.parametrize("name", ORACLES)
def test_value(name: str):
    """The mean over queries is that of the per-query oracle."""
    parameters, oracle, needs_relevant = ORACLES[name]
    made = queries(1)
    found = metric(name, **parameters).compute(gains(made, k=parameters.get("k", 10)))[0]
    want = [oracle(*query) for query in made if not needs_relevant or query[0].any()]
    assert found.value == pytest.approx(np.mean(want), rel=1e-12)
    assert found.n == len(want)
    assert len(want) < len(made) or not needs_relevant


def test_exponential_gain():
    made = queries(2)
    found = metric("ndcg", k=K, gain="exponential").compute(gains(made, k=K, gain="exponential"))[0]
    want = [ndcg_exponential(*query) for query in made if query[0].any()]
    assert found.value == pytest.approx(np.mean(want), rel=1e-12)


def test_uncut_average_precision_is_scikit_learns():
    """With k beyond every query, MAP is the mean of `average_precision_score`."""
    made = [query for query in queries(3) if query[0].any()]
    found = metric("map_at_k", k=50).compute(gains(made, k=50))[0]
    want = [sk.average_precision_score(grade > 0, score) for grade, score in made]
    assert found.value == pytest.approx(np.mean(want), rel=1e-12)


def test_interval_is_students_over_queries():
    from scipy import stats

    made = queries(4)
    found = metric("mrr").compute(gains(made), level=0.9)[0]
    want = [reciprocal_rank(*query) for query in made]
    assert (found.low, found.high) == pytest.approx(
        stats.t.interval(0.9, 149, np.mean(want), stats.sem(want))
    )


class TestReasons:
    """A value that cannot be has the reason why."""

    @staticmethod
    def reason(name: str, **columns: list[Any]) -> str | None:
        spec = RankingGains(query="q", score="s", label="y")
        return metric(name).compute({"gains": observed(spec, **columns)})[0].reason

    @pytest.mark.parametrize("name", ORACLES)
    def test_no_labels(self, name: str):
        assert self.reason(name, q=["a", "a"], s=[1.0, 2.0], y=[None, np.nan]) == "unlabelled"

    def test_no_relevant_row(self):
        rows: dict[str, list[Any]] = {"q": ["a", "a"], "s": [1.0, 2.0], "y": [0, 0]}
        assert self.reason("ndcg", **rows) == "undefined"
        assert self.reason("mrr", **rows) is None

    def test_no_scores(self):
        assert self.reason("mrr", q=["a"], s=[None], y=[1]) == "insufficient"


@pytest.mark.parametrize("name", sorted(set(ORACLES) - {"mrr"}))
def test_k_below_1_is_refused(name: str):
    with pytest.raises(ValueError, match=r"metric\.bad-parameter"):
        metric(name, k=0)
