"""Hellinger distance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.drift.base import Divergence, Floats, Shares


class Hellinger(Divergence, frozen=True, kw_only=True):
    """Hellinger distance between current and reference: a bounded distance that rare bins move too.

    It answers how far two laws are apart on a scale from 0 (equal) to 1 (no value in common), giving a rare bin that
    doubles more weight than `tv` does. It misleads as a share of rows: it is not one.

    ``H = sqrt(sum_k (sqrt(q_k) - sqrt(p_k))² / 2)`` over the bins of `psi`. What chance alone adds is subtracted
    from the square, where it is additive.

    Returns
    -------
    Estimates
        Distance, range [0, 1], 0 where chance alone gives more; lower is nearer the reference. Interval: of the
        noncentrality of the square's chi-square law. p: of Pearson's chi-square on the same bins.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).
    Of all distances here its interval keeps its coverage best: 0.93 to 0.98 for 0.95 in every case measured
    with bins that need no merging.

    References
    ----------
    E. Hellinger (1909), Neue Begründung der Theorie quadratischer Formen von unendlichvielen Veränderlichen,
    doi:10.1515/crll.1909.136.210.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 400 + ["b"] * 600), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Hellinger().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.06931, low=0.04012, high=0.1021, n=1000, p=6.95e-06)
    """

    title: ClassVar[str] = "Hellinger distance"
    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1515/crll.1909.136.210",)

    def raw(self, q: Shares, p: Shares) -> Floats:
        """Return the plain squared distance of shares `q` and `p`, both (g, bins) and positive."""
        return np.asarray(np.sum((np.sqrt(q) - np.sqrt(p)) ** 2, axis=-1) / 2)

    def shown(self, effect: Floats) -> Floats:
        """Return the distance from its square."""
        return np.sqrt(effect)
