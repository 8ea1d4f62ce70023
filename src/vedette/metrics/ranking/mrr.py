"""Mean reciprocal rank."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.ranking.base import RankingMetric


class Mrr(RankingMetric, frozen=True, kw_only=True):
    """Mean reciprocal rank: how far down the first relevant row stands.

    It answers how long someone searches who needs one good row: 1 means it is first, 0.5 second. It misleads where more
    than the first good row matters. A query without a relevant row counts 0.

    ``mean 1 / rank of the first relevant row`` over queries.

    Returns
    -------
    Estimates
        Pure number, range [0, 1], higher is better. Interval: Student's over queries.

    Notes
    -----
    *Undefined when* there is no query with label and score; the interval when there are fewer than two. Rows of equal
    score count in the order in which they stand.

    References
    ----------
    E. M. Voorhees, D. M. Tice (1999), The TREC-8 question answering track evaluation,
    doi:10.6028/NIST.SP.500-246.qa-overview.

    Examples
    --------
    >>> from vedette.summaries.ranking_gains import RankingGains
    >>> from vedette.testing.rows import observed
    >>> spec = RankingGains(query="q", score="s", label="y", k=10)
    >>> gains = observed(spec, q=["a", "a", "a", "b", "b"], s=[0.9, 0.5, 0.1, 0.8, 0.2], y=[0, 2, 1, 1, 0])
    >>> round(Mrr().compute({"gains": gains})[0].value, 4)
    0.75
    """

    title: ClassVar[str] = "mean reciprocal rank"
    default: ClassVar[bool] = True
    measure: ClassVar[str] = "mrr"
    references: ClassVar[tuple[str, ...]] = ("doi:10.6028/NIST.SP.500-246.qa-overview",)
