"""Mean average precision."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric


class MapAtK(RankingMetric, frozen=True, kw_only=True):
    """Mean average precision: the precision at each relevant row of the top, averaged over these, then over queries.

    It answers whether relevant rows come early, one number for the whole top. It misleads with graded labels, which it
    reads as relevant or not (see `ndcg`).

    ``AP = Σ precision(rank) / min(relevant rows, k)`` over the ranks 1 to k of relevant rows; the mean over queries.
    Queries without a relevant row are left out.

    Parameters
    ----------
    k : int, default 10
        Rows from the top that count.

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
    C. Buckley, E. M. Voorhees (2000), Evaluating evaluation measure stability, doi:10.1145/345508.345543.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=2)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(MapAtK(k=2).compute({"gains": gains})[0].value, 4)
    0.625
    """

    title: ClassVar[str] = "mean average precision"
    measure: ClassVar[str] = "map"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1145/345508.345543",)

    k: int = 10
