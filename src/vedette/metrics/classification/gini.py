"""Gini coefficient of a score."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.delong import auc_from_bins, delong_interval
from vedette.inference.interval import FloatArray
from vedette.metrics.classification._curves import ScoreMetric


class Gini(ScoreMetric, frozen=True, kw_only=True):
    """Gini coefficient, also Somers' D or accuracy ratio: twice the area under the ROC curve, less one.

    It answers what `roc_auc` answers, on the scale used in credit scoring where 0 is guessing; it misleads where
    that does.

    ``Gini = 2 AUC - 1``

    Returns
    -------
    Estimates
        Pure number, range [-1, 1], higher is better. ``n`` is the number of labelled rows with a score; DeLong's
        interval.

    Notes
    -----
    *Undefined when* a class has no labelled row. Several classes: each against the rest, then the mean.

    References
    ----------
    R. H. Somers (1962), A new asymmetric measure of association for ordinal variables, doi:10.2307/2090408.

    Examples
    --------
    >>> import numpy as np
    >>> negatives, positives = np.array([[30.0, 15, 5]]), np.array([[5.0, 10, 35]])
    >>> [float(a[0].round(3)) for a in Gini().ranked(positives, negatives, 0.95)]
    [0.69, 0.498, 0.812]
    """

    title: ClassVar[str] = "Gini coefficient"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.2307/2090408",)

    def ranked(self, positives: FloatArray, negatives: FloatArray, level: float) -> tuple[FloatArray, ...]:
        """Return the coefficient and its interval."""
        area = (auc_from_bins(positives, negatives), *delong_interval(positives, negatives, level))
        return tuple(2 * a - 1 for a in area)
