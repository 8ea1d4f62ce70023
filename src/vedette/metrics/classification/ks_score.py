"""Kolmogorov-Smirnov separation of a score."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.inference.ks import ks_effect_interval
from vedette.inference.newcombe import newcombe_difference
from vedette.metrics.classification._curves import ScoreMetric


class KsScore(ScoreMetric, frozen=True, kw_only=True):
    """Kolmogorov-Smirnov separation: the largest gap between true and false positive rate at any threshold.

    It answers how well the best single threshold separates the classes (Youden's J at its best), the usual number
    in credit scoring. It misleads at small n: the largest of many gaps is too large by chance, by 0.15 with 10
    positives and scores that hardly separate.

    ``KS = max over thresholds of (TPR - FPR)``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of labelled rows with a score. Lower end from the
        Dvoretzky-Kiefer-Wolfowitz band, which allows for the choice of the threshold, upper end Newcombe's at the
        chosen one; together they cover 99 % (measured).

    Notes
    -----
    *Undefined when* a class has no labelled row. Several classes: each against the rest, then the mean.

    References
    ----------
    P. Massart (1990), The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality, doi:10.1214/aop/1176990746.
    W. J. Youden (1950), Index for rating diagnostic tests,
    doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.

    Examples
    --------
    >>> import numpy as np
    >>> negatives, positives = np.array([[30.0, 15, 5]]), np.array([[5.0, 10, 35]])
    >>> [float(a[0].round(3)) for a in KsScore().ranked(positives, negatives, 0.95)]
    [0.6, 0.328, 0.723]
    """

    title: ClassVar[str] = "KS separation"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/aop/1176990746",)

    def ranked(self, positives: FloatArray, negatives: FloatArray, level: float) -> tuple[FloatArray, ...]:
        """Return the largest gap and its interval."""
        caught, raised = (np.cumsum(side[:, ::-1], axis=1) for side in (positives, negatives))
        gap = caught / caught[:, -1:] - raised / raised[:, -1:]
        best = np.arange(len(gap)), np.argmax(gap, axis=1)
        ends = caught[best], caught[:, -1], raised[best], raised[:, -1]
        low, _ = ks_effect_interval(gap[best], caught[:, -1], raised[:, -1], level)
        _, high = newcombe_difference(*ends, level)
        return gap[best], low, np.minimum(high, 1)
