"""Hit rate."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric


class HitRate(RankingMetric, frozen=True, kw_only=True):
    """Hit rate: the share of queries with a relevant row among the first k.

    It answers how often people find anything at all. It misleads as a measure of order: any place among the k is as
    good as the first (see `mrr`). A query without a relevant row counts 0.

    ``queries with a relevant row in the top k / queries``

    Parameters
    ----------
    k : int, default 10
        Rows from the top that count.

    Returns
    -------
    Estimates
        Share, range [0, 1], higher is better. Interval: Student's over queries.

    Notes
    -----
    *Undefined when* there is no query with label and score; the interval when there are fewer than two. Rows of equal
    score count in the order in which they stand.

    References
    ----------
    M. Deshpande, G. Karypis (2004), Item-based top-N recommendation algorithms, doi:10.1145/963770.963776.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=2)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(HitRate(k=2).compute({"gains": gains})[0].value, 4)
    1.0
    """

    title: ClassVar[str] = "hit rate"
    measure: ClassVar[str] = "hit_rate"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/963770.963776",)

    k: int = 10
