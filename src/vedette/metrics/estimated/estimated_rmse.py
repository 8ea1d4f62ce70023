"""Root mean squared error without labels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.estimated._loss import EstimatedLoss, positive
from vedette.summaries.error_bins import FOURTH, SQUARE


class EstimatedRmse(EstimatedLoss, frozen=True, kw_only=True):
    """Estimated root mean squared error: what to expect of rows whose labels are not there yet.

    It answers how large misses are now when large ones count more, before labels tell.
    It misleads when the label comes to mean something else (concept drift): rows that look the same are then missed by
    more or less than in the reference, and no method without labels can see that.

    ``√(sum over b of share_b m_b + sum over j of d_j r_j)``

    Returns
    -------
    Estimates
        In the label's unit, range [0, inf), lower is better. ``n`` is the number of rows with a prediction. The
        interval holds the expected value, uncertain by the reference's labels and by what the features moved; with
        ``band="realised"`` the number that the labels of these rows will show. Neither holds a law that has changed.

    Notes
    -----
    ``m_b`` is the mean of ``e**2`` over labelled rows of the reference in one of twenty stretches of the prediction;
    ``d_j`` how far the share of place j of a feature has moved, and ``r_j`` by how much rows there exceed ``m_b``, by
    ridge regression on a sample of the reference: the generalised regression estimator of survey sampling.
    *Undefined when* no row has a prediction; "not covered" when more than 2 % of the rows lie where the reference has
    hardly any, in the prediction or in one feature, or when less than a tenth of the reference is like these rows;
    "unlabelled" when the reference has no labels.

    References
    ----------
    J.-C. Deville, C.-E. Särndal (1992), Calibration estimators in survey sampling, doi:10.1080/01621459.1992.10475217.

    Examples
    --------
    Rows predicted 8 miss by more than those predicted 2, and now they are more:

    >>> from vedette.binning import Binning
    >>> from vedette.summaries.error_bins import ErrorBins
    >>> from vedette.testing.rows import observed
    >>> spec = ErrorBins(prediction="p", label="y", binning=Binning((0.0, 5.0, 10.0)))
    >>> reference = observed(spec, p=[2.0] * 100 + [8.0] * 100, y=[1.0, 2.5] * 50 + [4.0, 10.0] * 50)
    >>> current = observed(spec, p=[2.0] * 10 + [8.0] * 30)
    >>> EstimatedRmse().compute({"errors": current}, {"errors": reference})[0]
    Estimate(2.767, low=2.611, high=2.932, n=40)
    """

    title: ClassVar[str] = "estimated root mean squared error"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1080/01621459.1992.10475217",)
    sums: ClassVar[tuple[int, int]] = (SQUARE, FOURTH)

    def loss(self, error: FloatArray) -> FloatArray:
        """Return ``e**2`` of each row."""
        return error * error

    def read(self, value: FloatArray, half: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the root of the mean squared error, and of the ends of its interval."""
        value = np.maximum(value, 0.0)
        low, high = positive(value, half)
        return np.sqrt(value), np.sqrt(low), np.sqrt(high)
