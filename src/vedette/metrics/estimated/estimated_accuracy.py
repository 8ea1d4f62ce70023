"""Accuracy without labels."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.base import Metric
from vedette.metrics.classification.accuracy import Accuracy
from vedette.metrics.estimated.base import EstimatedRate


class EstimatedAccuracy(EstimatedRate, frozen=True, kw_only=True):
    """Estimated accuracy: what to expect of rows whose labels are not there yet.

    It answers how often the model is right now, weeks before labels tell. It misleads when the label comes to
    mean something else (concept drift): rows of one score are then positive more or less often than in the
    reference, and no method without labels can see that.

    ``(sum over predicted positives of p_b + sum over predicted negatives of (1 - p_b)) / n``

    Returns
    -------
    Estimates
        A share, range [0, 1], higher is better. ``n`` is the number of rows. The interval holds the expected
        value, uncertain by the calibration curve; with ``band="realised"`` the number that the labels of these
        rows will show. Neither holds the error of a calibration that has changed.

    Notes
    -----
    ``p_b`` is the share of positives in bin b of the score among labelled rows of the reference, made
    non-decreasing. *Undefined when* there is no row with a score or prediction; "not covered" when more than 2 %
    of the rows lie where the reference has hardly any, in the score or in one feature; "unlabelled" when the
    reference has no labels.

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
    >>> EstimatedAccuracy().compute({"score": current}, {"score": reference})[0]
    Estimate(0.85, low=0.7926, high=0.8936, n=40)
    """

    title: ClassVar[str] = "estimated accuracy"
    references: ClassVar[tuple[str, ...]] = ("arXiv:2401.08348", "arXiv:2407.08649")
    labelled: ClassVar[type[Metric]] = Accuracy
