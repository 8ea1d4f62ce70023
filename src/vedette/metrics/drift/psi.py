"""Population stability index."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.drift.base import Divergence, Floats, Shares


class Psi(Divergence, frozen=True, kw_only=True):
    """Population stability index: how far the shares of bins moved, symmetrised Kullback-Leibler, in nats.

    It answers how much a column moved, and not whether the move matters to the model. The value is *debiased*: by
    chance alone the raw index is about ``(bins - 1) (1/n + 1/m)`` (0.18 for ten bins and 50 rows, so that the
    textbook's alarm at 0.1 sounds every day), which is subtracted. It misleads in one direction: rare bins are
    merged, and within a bin nothing is seen.

    ``PSI = sum_k (q_k - p_k) log(q_k / p_k)`` over about ten bins of equal reference mass, or over categories, with
    half a row added to every bin; missing and unseen values are bins, values outside the reference's range count in
    the outermost.

    Returns
    -------
    Estimates
        Effect in nats, range [0, inf), cut at 0 where chance alone gives more; lower is nearer the reference.
        Interval: of the noncentrality of its chi-square law. p: of Pearson's chi-square on the same bins.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).
    Measured from 50 rows on, the interval covers 0.91 to 0.98 for 0.95, and 0.89 to 0.92 where one rare category of
    two hundred becomes common (``tests/calibration/test_drift.py``).
    With a weight column the weights are taken for numbers of rows.

    References
    ----------
    B. Yurdakul, J. Naranjo (2020), Statistical properties of the population stability index,
    doi:10.21314/JRMV.2020.227.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 40 + ["b"] * 60), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Psi().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.02883, low=0, high=0.1633, n=100, p=0.0562)
    """

    title: ClassVar[str] = "population stability index"
    unit: ClassVar[str] = "nats"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.21314/JRMV.2020.227",)

    def raw(self, q: Shares, p: Shares) -> Floats:
        """Return the plain index of shares `q` against reference shares `p`, both (g, bins) and positive."""
        return np.asarray(np.sum((q - p) * np.log(q / p), axis=-1))
