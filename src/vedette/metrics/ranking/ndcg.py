"""Normalised discounted cumulative gain."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric
from vedette.summaries.ranking_gains import Gain


class Ndcg(RankingMetric, frozen=True, kw_only=True):
    """Normalised discounted cumulative gain: how near the order of rows is to the best possible one, by their grades.

    It answers whether the good rows stand at the top, a good one lower down counting less. It misleads for queries with
    few rows, where any order is nearly the best one, and where labels exist only for rows that were shown.

    ``DCG / best DCG`` with ``DCG = Σ gain(label) / log2(rank + 1)`` over ranks 1 to k; the mean over queries. Queries
    without a relevant row have no best order and are left out (scikit-learn counts them 0).

    Parameters
    ----------
    k : int, default 10
        Rows from the top that count.
    gain : str, default "linear"
        What a label r is worth: "linear" r, "exponential" ``2**r - 1``.

    Returns
    -------
    Estimates
        Pure number, range [0, 1], higher is better. Interval: Student's over queries.

    Notes
    -----
    *Undefined when* no query has a relevant row; the interval when there are fewer than two. Rows of equal score count
    in the order in which they stand.

    References
    ----------
    K. Järvelin, J. Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques, doi:10.1145/582415.582418.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=2)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(Ndcg(k=2).compute({"gains": gains})[0].value, 4)
    0.7398
    """

    title: ClassVar[str] = "normalised discounted cumulative gain"
    default: ClassVar[bool] = True
    measure: ClassVar[str] = "ndcg"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/582415.582418",)

    k: int = 10
    gain: Gain = "linear"
