"""Chi-square distance, Cramér's V at equal sizes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.drift.base import Divergence, Floats, Shares


class Chi2(Divergence, frozen=True, kw_only=True):
    """Chi-square distance: Cramér's V between "which side" and "which bin", both sides weighing the same.

    It answers how strongly a value tells which side it is from, on a scale from 0 to 1, with the evidence of
    Pearson's chi-square. Plain V compares poorly over time, for it falls when one side has more rows than the other
    whatever the laws; so the sides are weighted alike, which for samples of equal size is plain V.

    ``V = sqrt(sum_k (q_k - p_k)² / (q_k + p_k) / 2)`` over the bins of `psi`. What chance alone adds is subtracted
    from the square, where it is additive.

    Returns
    -------
    Estimates
        Effect, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: of the
        noncentrality of the square's chi-square law. p: Pearson's chi-square, with the law of its first three moments
        given the totals, which holds where the textbook's does not (`vedette.inference.homogeneity`).

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).

    References
    ----------
    F. Topsøe (2000), Some inequalities for information divergence and related measures of discrimination,
    doi:10.1109/18.850703. W. Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T,
    doi:10.1016/j.jkss.2012.10.002.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 400 + ["b"] * 600), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Chi2().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.09789, low=0.05662, high=0.1442, n=1000, p=6.95e-06)
    """

    title: ClassVar[str] = "chi-square distance"
    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1109/18.850703", "doi:10.1016/j.jkss.2012.10.002")

    def raw(self, q: Shares, p: Shares) -> Floats:
        """Return the plain squared distance of shares `q` and `p`, both (g, bins) and positive."""
        return np.asarray(np.sum((q - p) ** 2 / (q + p), axis=-1) / 2)

    def shown(self, effect: Floats) -> Floats:
        """Return the distance from its square."""
        return np.sqrt(effect)
