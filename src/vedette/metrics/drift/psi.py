"""Population stability index."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.drift.base import Shares, aligned, debiased
from vedette.summaries.base import Summary
from vedette.values import Estimates


class Psi(Metric, frozen=True, kw_only=True):
    """Population stability index: how far the shares of bins moved, symmetrised Kullback-Leibler, in nats.

    The value is the *debiased* effect: under no drift the raw index is about ``(B - 1) (1/n + 1/m)`` by chance
    alone, which is subtracted, so that 0 means no evidence of a change at any sample size. It answers how much a
    column moved, not whether the move matters to the model.

    ``PSI = sum_k (q_k - p_k) log(q_k / p_k)`` over about ten bins of equal reference mass; missing, unseen and
    out-of-range values are bins.

    Returns
    -------
    Estimates
        Effect in nats, range [0, inf) (the estimate itself may be slightly negative), interval from the noncentral
        chi-square law, and the p-value of "nothing moved" at the actual n. Lower is nearer the reference.

    Notes
    -----
    *Undefined when* either side has no rows. Bins whose expected count is below 5 are merged with their neighbour
    before the test.

    References
    ----------
    B. Yurdakul, J. Naranjo (2020), Statistical properties of the population stability index,
    doi:10.21314/JRMV.2020.227.

    Examples
    --------
    >>> import numpy as np
    >>> Psi.raw(np.array([[0.5, 0.5]]), np.array([[0.4, 0.6]])).round(4)
    array([0.0405])
    """

    title: ClassVar[str] = "population stability index"
    unit: ClassVar[str] = "nats"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    scope: ClassVar = "column"
    compares: ClassVar[bool] = True
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.21314/JRMV.2020.227",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the bin counts of the column."""
        return {"bins": layout.bins(str(self.column))}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the debiased index of each cell."""
        return debiased(aligned(current["bins"], reference and reference["bins"]), self.raw, scale=1.0, level=level)

    @staticmethod
    def raw(q: Shares, p: Shares) -> Shares:
        """Return the plain index of shares `q` against reference shares `p`, both (g, bins) and positive."""
        return np.sum((q - p) * np.log(q / p), axis=-1)
