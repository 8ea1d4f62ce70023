"""Precision at k."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric


class PrecisionAtK(RankingMetric, frozen=True, kw_only=True):
    """Precision at k: the share of relevant rows among the first k.

    It answers how much of what is shown is worth showing. It misleads for queries with fewer than k relevant rows,
    which cannot reach 1: places without a row count as not relevant.

    ``relevant rows in the top k / k``; the mean over queries.

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
    C. Buckley, E. M. Voorhees (2000), Evaluating evaluation measure stability, doi:10.1145/345508.345543.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=2)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(PrecisionAtK(k=2).compute({"gains": gains})[0].value, 4)
    0.5
    """

    title: ClassVar[str] = "precision at k"
    measure: ClassVar[str] = "precision"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/345508.345543",)

    k: int = 10
