"""Area under the ROC curve."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.delong import auc_from_bins, delong_interval
from vedette.inference.interval import FloatArray
from vedette.metrics.classification._curves import ScoreMetric


class RocAuc(ScoreMetric, frozen=True, kw_only=True):
    """Area under the ROC curve: how often a positive row scores above a negative one.

    It answers how well scores rank, at any threshold and any share of positives; 0.5 is guessing. It misleads when
    positives are rare and only the top of the ranking is used (see `average_precision`, `lift`), and it does not
    see whether scores are right as probabilities (see `log_loss`, `ece`).

    ``AUC = P(score of a positive > score of a negative) + P(equal) / 2``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of labelled rows with a score; DeLong's interval
        with both terms, on the logit scale. Scores of one bin count as equal, which moves the value by at most
        half the pairs that share a bin. Scores need not be probabilities.

    Notes
    -----
    *Undefined when* a class has no labelled row. Several classes: each against the rest, then the mean (macro).

    References
    ----------
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson (1988), Comparing the areas under two or more correlated
    receiver operating characteristic curves, doi:10.2307/2531595.

    Examples
    --------
    >>> import numpy as np
    >>> negatives, positives = np.array([[30.0, 15, 5]]), np.array([[5.0, 10, 35]])
    >>> [float(a[0].round(3)) for a in RocAuc().ranked(positives, negatives, 0.95)]
    [0.845, 0.749, 0.906]
    """

    title: ClassVar[str] = "ROC AUC"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.2307/2531595",)

    def ranked(self, positives: FloatArray, negatives: FloatArray, level: float) -> tuple[FloatArray, ...]:
        """Return the area and its interval."""
        return auc_from_bins(positives, negatives), *delong_interval(positives, negatives, level)
