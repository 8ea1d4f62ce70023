"""Kullback-Leibler divergence."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.drift.base import Divergence, Floats, Shares


class Kl(Divergence, frozen=True, kw_only=True):
    """Kullback-Leibler divergence of current from reference, in nats.

    It answers how surprised the reference would be by a current row, on average: the evidence that one row gives
    against "nothing changed". It misleads where the reference has next to nothing: a share that comes from nowhere
    dominates it without bound (see `js`), and what vanished hardly counts.

    ``KL = sum_k q_k log(q_k / p_k)`` over the bins of `psi`; by chance alone about half of the index's.

    Returns
    -------
    Estimates
        Effect in nats, range [0, inf), cut at 0 where chance alone gives more; lower is nearer the reference.
        Interval: of the noncentrality of its chi-square law. p: of Pearson's chi-square on the same bins.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).
    The interval covers 0.91 to 0.96 for 0.95, and only 0.7 to 0.85 where one rare category of a hundred becomes
    common: there the divergence rests on a few rows of the reference.

    References
    ----------
    S. Kullback, R. A. Leibler (1951), On information and sufficiency, doi:10.1214/aoms/1177729694.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 400 + ["b"] * 600), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Kl().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.0191, low=0.006369, high=0.0415, n=1000, p=6.95e-06)
    """

    title: ClassVar[str] = "Kullback-Leibler divergence"
    unit: ClassVar[str] = "nats"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/aoms/1177729694",)

    def raw(self, q: Shares, p: Shares) -> Floats:
        """Return the plain divergence of shares `q` from reference shares `p`, both (g, bins) and positive."""
        return np.asarray(np.sum(q * np.log(q / p), axis=-1))
