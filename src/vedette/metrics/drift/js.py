"""Jensen-Shannon divergence."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.drift.base import Divergence, Floats, Shares


class Js(Divergence, frozen=True, kw_only=True):
    """Jensen-Shannon divergence between current and reference, in nats; its square root is a distance.

    It answers how much one row tells about which side it came from, in nats: 0 for equal laws, log 2 for laws
    without a value in common. It is bounded whatever comes from nowhere, unlike `kl` and `psi`. It misleads beside
    numbers of other tools that print the square root, or bits, or both (``scipy.spatial.distance.jensenshannon`` is
    the root).

    ``JS = (KL(q, m) + KL(p, m)) / 2``, ``m = (q + p) / 2``, over the bins of `psi`; by chance alone an eighth of the
    index's.

    Returns
    -------
    Estimates
        Effect in nats, range [0, log 2], cut at 0 where chance alone gives more; lower is nearer the reference.
        Interval: of the noncentrality of its chi-square law. p: of Pearson's chi-square on the same bins.

    Notes
    -----
    *Undefined when* either side has no rows, or fewer than two bins expect three rows (rarer ones are merged).

    References
    ----------
    J. Lin (1991), Divergence measures based on the Shannon entropy, doi:10.1109/18.61115.

    Examples
    --------
    >>> from vedette.summaries.categories import Categories
    >>> from vedette.testing.rows import observed
    >>> spec = Categories(column="c", known=("a", "b"))
    >>> now, then = observed(spec, c=["a"] * 400 + ["b"] * 600), observed(spec, c=["a"] * 500 + ["b"] * 500)
    >>> Js().compute({"bins": now}, {"bins": then})[0]
    Estimate(0.0048, low=0.001607, high=0.01041, n=1000, p=6.95e-06)
    """

    title: ClassVar[str] = "Jensen-Shannon divergence"
    unit: ClassVar[str] = "nats"
    range: ClassVar[tuple[float, float]] = (0.0, float(np.log(2)))
    references: ClassVar[tuple[str, ...]] = ("doi:10.1109/18.61115",)

    def raw(self, q: Shares, p: Shares) -> Floats:
        """Return the plain divergence of shares `q` and `p`, both (g, bins) and positive."""
        m = (q + p) / 2
        return np.asarray(np.sum(q * np.log(q / m) + p * np.log(p / m), axis=-1) / 2)
