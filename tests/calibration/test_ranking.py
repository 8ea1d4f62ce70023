"""Coverage of the ranking intervals over windows of 60 queries of five rows in random order, one row relevant.

The limit is the 1e-6 quantile of the binomial law: by chance a test fails once in a million runs, were the seed not
fixed.
"""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.metrics.base import metric
from vedette.summaries.ranking_gains import RankingGains

WINDOWS, QUERIES, ROWS, K = 1000, 60, 5, 2
RANKS = np.arange(1, ROWS + 1)
#: The relevant row is at each rank with the same probability.
TRUTH = {
    "ndcg": np.mean((RANKS <= K) / np.log2(RANKS + 1)),
    "map_at_k": np.mean((RANKS <= K) / RANKS),
    "mrr": np.mean(1 / RANKS),
    "hit_rate": K / ROWS,
    "precision_at_k": 1 / ROWS,
    "recall_at_k": K / ROWS,
}


@functools.cache
def gains():
    rng = np.random.default_rng(1)
    size = WINDOWS * QUERIES
    columns = {
        "q": np.repeat(np.arange(size), ROWS),
        "s": rng.random(size * ROWS),
        "y": np.tile([1, 0, 0, 0, 0], size),
    }
    cells = Cells(np.repeat(np.arange(WINDOWS), QUERIES * ROWS), WINDOWS)
    return RankingGains(query="q", score="s", label="y", k=K).observe(Batch(pa.record_batch(columns)), cells)


@pytest.mark.parametrize("name", TRUTH)
def test_coverage(name: str):
    """At 60 queries the 95 % interval covers between 92 and 97 %."""
    found = metric(name, **({} if name == "mrr" else {"k": K})).compute({"gains": gains()})
    hits = np.sum((found.low <= TRUTH[name]) & (TRUTH[name] <= found.high))
    assert stats.binom.ppf(1e-6, WINDOWS, 0.92) <= hits <= stats.binom.ppf(1 - 1e-6, WINDOWS, 0.97)
