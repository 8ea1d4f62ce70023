"""Log loss."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray
from vedette.metrics.classification._losses import ProbabilityLoss
from vedette.summaries.base import State
from vedette.summaries.score_bins import LOG, LOG_2


class LogLoss(ProbabilityLoss, frozen=True, kw_only=True):
    """Log loss, also cross-entropy: minus the mean log of the probability given to what came true.

    It answers how good scores are as probabilities, ranking and calibration together. It misleads when a few rows
    dominate it: one confident miss (probability 1e-15) costs as much as 50 coin tosses. Compare it with the log
    loss of always saying the share of positives.

    ``log loss = -mean log p(true class)``, probabilities clipped at 2.2e-16

    Returns
    -------
    Estimates
        In nats, range [0, inf), lower is better. ``n`` is the number of labelled rows whose scores lie in [0, 1]
        (others are left out, see `score_range`); Student's interval on the scale of the log.

    Notes
    -----
    *Undefined when* no labelled row has a score in [0, 1]. Scores of several classes are taken as they are, not
    divided by their sum.

    References
    ----------
    I. J. Good (1952), Rational decisions, doi:10.1111/j.2517-6161.1952.tb00104.x.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.score_bins import ScoreBins
    >>> from vedette.testing.rows import observed
    >>> spec = ScoreBins(score="s", binning=Binning((0.0, 0.5, 1.0)), label="y")
    >>> LogLoss().compute({"losses": observed(spec, y=[1, 0, 1], s=[0.9, 0.2, 0.6])})[0]
    Estimate(0.2798, low=0.0439, high=1.783, n=3)
    """

    title: ClassVar[str] = "log loss"
    unit: ClassVar[str] = "nats"
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1111/j.2517-6161.1952.tb00104.x",)
    default: ClassVar[bool] = True

    def sums(self, state: State) -> tuple[FloatArray, FloatArray]:
        """Return the sums of the loss and of its square."""
        if "log" in state.arrays:
            return state["log"], state["log_squares"]
        return state["by_label"][..., LOG].sum(axis=1), state["by_label"][..., LOG_2].sum(axis=1)
