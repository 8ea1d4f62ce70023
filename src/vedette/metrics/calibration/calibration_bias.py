"""Calibration bias."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.moments import mean_interval
from vedette.metrics.base import States, over
from vedette.metrics.calibration.base import CalibrationMetric
from vedette.metrics.classification.base import explained_by_bins
from vedette.summaries.score_bins import KEPT, MISS, SQUARED
from vedette.values import Estimates


class CalibrationBias(CalibrationMetric, frozen=True, kw_only=True):
    """Calibration bias: mean score less the share of positives.

    It answers whether scores promise too much (above 0) or too little on the whole. It misleads alone: scores too
    high for some rows and too low for others cancel (see `ece`, `calibration_slope`).

    ``bias = mean(score - y)``

    Attributes
    ----------
    of : str, optional
        The class, one of several (then required) or of two (default: the positive one).

    Returns
    -------
    Estimates
        In points of probability, range [-1, 1], 0 is best. ``n`` is the number of labelled rows with a score in
        [0, 1]; Student's t interval of the mean difference, row by row.

    Notes
    -----
    *Undefined when* no labelled row has a score in [0, 1].

    References
    ----------
    B. Van Calster et al. (2019), Calibration: the Achilles heel of predictive analytics,
    doi:10.1186/s12916-019-1466-7.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.score_bins import ScoreBins
    >>> from vedette.testing.rows import observed
    >>> spec = ScoreBins(score="s", binning=Binning((0.0, 0.5, 1.0)), label="y")
    >>> CalibrationBias().compute({"score": observed(spec, y=[1, 0, 1], s=[0.9, 0.2, 0.6])})[0]
    Estimate(-0.1, low=-0.8452, high=0.6452, n=3)
    """

    title: ClassVar[str] = "calibration bias"
    unit: ClassVar[str] = "share"
    range: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1186/s12916-019-1466-7",)

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the bias of each cell, from sums over rows."""
        state = current["score"]
        sums = state["by_label"]
        n, total = sums[..., KEPT].sum(axis=1), sums[:, 0, MISS] - sums[:, 1, MISS]
        low, high = mean_interval(n, total, sums[..., SQUARED].sum(axis=1), level)
        return explained_by_bins(over(total, n), low, high, n, state["counts"])
