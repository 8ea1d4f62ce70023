"""Area under the ROC curve without labels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.base import Metric
from vedette.metrics.classification.base import sides
from vedette.metrics.classification.roc_auc import RocAuc
from vedette.metrics.estimated.base import EstimatedMetric, Expected, without_score


class EstimatedRocAuc(EstimatedMetric, frozen=True, kw_only=True):
    """Estimated ROC AUC: what to expect of rows whose labels are not there yet.

    It answers how well scores rank the rows that come now. It misleads when the label comes to mean something
    else (concept drift): rows of one score are then positive more or less often than in the reference, and no
    method without labels can see that.

    ``AUC of bins with (rows * p_b) positives and (rows * (1 - p_b)) negatives``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows. The interval holds the expected
        value, uncertain by the calibration curve; with ``band="realised"`` the number that the labels of these
        rows will show. Neither holds the error of a calibration that has changed.

    Notes
    -----
    ``p_b`` is the share of positives in bin b of the score among labelled rows of the reference, made
    non-decreasing. *Undefined when* one class is not expected at all; "not covered" when more than 2 % of the
    rows lie where the reference has hardly any, in the score or in one feature; "unlabelled" when the reference
    has no labels.

    References
    ----------
    J. Białek, J. Kivimäki, W. Kuberski, N. Perrakis (2024), Estimating model performance under covariate shift
    without labels, arXiv:2401.08348. J. Kivimäki et al. (2024), Confidence-based estimators for predictive
    performance in model monitoring, arXiv:2407.08649.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.score_bins import ScoreBins
    >>> from vedette.testing.rows import observed
    >>> spec = ScoreBins(score="s", binning=Binning((0.0, 0.5, 1.1)), label="y")
    >>> reference = observed(spec, s=[0.2] * 100 + [0.8] * 100, y=[1] * 10 + [0] * 90 + [1] * 70 + [0] * 30)
    >>> current = observed(spec, s=[0.2] * 30 + [0.8] * 10)
    >>> EstimatedRocAuc().compute({"score": current}, {"score": reference})[0]
    Estimate(0.8, low=0.7195, high=0.8619, n=40)
    """

    title: ClassVar[str] = "estimated ROC AUC"
    references: ClassVar[tuple[str, ...]] = ("arXiv:2401.08348", "arXiv:2407.08649")
    labelled: ClassVar[type[Metric]] = RocAuc

    def value(self, expected: Expected) -> FloatArray:
        """Return the area of expected positives and negatives."""
        return self.labelled().compute({"score": expected.dealt()}).value

    def slopes(self, expected: Expected, value: FloatArray) -> FloatArray:
        """Return what one more positive and one less negative add to the area."""
        positives, negatives = sides(expected.dealt()["counts"])
        total1, total0 = (side.sum(axis=1, keepdims=True) for side in (positives, negatives))
        below, above = _share_below(negatives) / total0, 1 - _share_below(positives) / total1
        return without_score((below - value[:, None]) / total1 - (above - value[:, None]) / total0)


def _share_below(counts: FloatArray) -> FloatArray:
    """Return the rows below each bin, half of its own counted."""
    return np.asarray(np.cumsum(counts, axis=1) - counts / 2)
