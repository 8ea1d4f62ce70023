"""Recall at k."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric


class RecallAtK(RankingMetric, frozen=True, kw_only=True):
    """Recall at k: the share of a query's relevant rows that are among the first k.

    It answers how much of what is worth showing is shown. It misleads where queries have more than k relevant rows,
    which cannot reach 1, and where labels exist only for rows that were shown. Queries without a relevant row are left
    out.

    ``relevant rows in the top k / relevant rows``; the mean over queries.

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
    *Undefined when* no query has a relevant row; the interval when there are fewer than two. Rows of equal score count
    in the order in which they stand.

    References
    ----------
    C. Buckley, E. M. Voorhees (2000), Evaluating evaluation measure stability, doi:10.1145/345508.345543.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=2)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(RecallAtK(k=2).compute({"gains": gains})[0].value, 4)
    0.75
    """

    title: ClassVar[str] = "recall at k"
    measure: ClassVar[str] = "recall"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/345508.345543",)

    k: int = 10
