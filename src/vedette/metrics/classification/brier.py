"""Brier score."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._losses import ProbabilityLoss
from vedette.summaries.base import State
from vedette.summaries.score_bins import SQUARED, SQUARED_2


class Brier(ProbabilityLoss, frozen=True, kw_only=True):
    """Brier score: the mean squared difference between probability and outcome.

    It answers how good scores are as probabilities, ranking and calibration together, without the extremes of
    `log_loss`. It misleads when positives are rare: always saying 0 then scores nearly 0. Compare it with
    ``share * (1 - share)``, the score of always saying the share of positives.

    ``Brier = mean (p - y)^2``; of several classes ``mean sum_k (p_k - y_k)^2``

    Returns
    -------
    Estimates
        Squared probability, range [0, 1] of two classes and [0, 2] of several (as in scikit-learn), lower is better.
        ``n`` is the number of labelled rows whose scores lie in [0, 1] (others are left out, see `score_range`);
        Student's interval on the scale of the log.

    Notes
    -----
    *Undefined when* no labelled row has a score in [0, 1].

    References
    ----------
    G. W. Brier (1950), Verification of forecasts expressed in terms of probability,
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.score_bins import ScoreBins
    >>> from vedette.testing.rows import observed
    >>> spec = ScoreBins(score="s", binning=Binning((0.0, 0.5, 1.0)), label="y")
    >>> Brier().compute({"losses": observed(spec, y=[1, 0, 1], s=[0.9, 0.2, 0.6])})[0]
    Estimate(0.07, low=0.004186, high=1, n=3)
    """

    title: ClassVar[str] = "Brier score"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (0.0, 2.0)
    most: ClassVar[tuple[float, float]] = (1.0, 2.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2",)
    default: ClassVar[bool] = True

    def sums(self, state: State) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the loss and of its square."""
        if "brier" in state.arrays:
            return state["brier"], state["brier_squares"]
        return state["by_label"][..., SQUARED].sum(axis=1), state["by_label"][..., SQUARED_2].sum(axis=1)
