"""Brier score without labels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.base import Metric, over
from vedette.metrics.classification.brier import Brier
from vedette.metrics.estimated.base import EstimatedMetric, Expected, without_score
from vedette.summaries.base import State
from vedette.summaries.score_bins import KEPT, SQUARED
from vedette.values import Direction


class EstimatedBrier(EstimatedMetric, frozen=True, kw_only=True):
    """Estimated Brier score: what to expect of rows whose labels are not there yet.

    It answers how good scores are as probabilities on the rows that come now. It misleads when the label comes to
    mean something else (concept drift): rows of one score are then positive more or less often than in the
    reference, and no method without labels can see that.

    ``(sum of p_b (1 - s)^2 + (1 - p_b) s^2) / n``

    Returns
    -------
    Estimates
        Squared probability, range [0, 1], lower is better. ``n`` is the number of rows. The interval holds the
        expected value, uncertain by the calibration curve; with ``band="realised"`` the number that the labels of
        these rows will show. Neither holds the error of a calibration that has changed.

    Notes
    -----
    ``p_b`` is the share of positives in bin b of the score among labelled rows of the reference, made
    non-decreasing. *Undefined when* a score lies outside [0, 1]; "not covered" when more than 2 % of the rows lie
    where the reference has hardly any, in the score or in one feature; "unlabelled" when the reference has no
    labels.

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
    >>> EstimatedBrier().compute({"score": current}, {"score": reference})[0]
    Estimate(0.13, low=0.1027, high=0.1632, n=40)
    """

    title: ClassVar[str] = "estimated Brier score"
    unit: ClassVar[str] = ""
    better: ClassVar[Direction] = "lower"
    references: ClassVar[tuple[str, ...]] = ("arXiv:2401.08348", "arXiv:2407.08649")
    labelled: ClassVar[type[Metric]] = Brier

    def value(self, expected: Expected) -> FloatArray:
        """Return the mean squared error to be expected."""
        state, rows = expected.state, expected.rows[:, :-1].sum(axis=2)
        rate, total, squares = expected.rate[:, :-1], state["total"][:, :-1], state["squares"][:, :-1]
        sums = np.zeros((len(rows), 2, 7))
        sums[:, 0, SQUARED] = ((1 - rate) * squares + rate * (rows - 2 * total + squares)).sum(axis=1)
        sums[:, 0, KEPT] = np.where(state["outside"] > 0, 0, rows.sum(axis=1))
        losses = State(state.spec, {**state.arrays, "by_label": sums})
        return self.labelled().compute({"losses": losses}).value

    def slopes(self, expected: Expected, value: FloatArray) -> FloatArray:
        """Return the squared error of a positive less that of a negative, over the rows."""
        rows = expected.rows[:, :-1].sum(axis=2)
        mean = np.nan_to_num(over(expected.state["total"][:, :-1], rows))
        return without_score((1 - 2 * mean) / rows.sum(axis=1, keepdims=True))
