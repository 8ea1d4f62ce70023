"""Scores outside [0, 1]."""

from __future__ import annotations

from typing import ClassVar

from vedette.inference.wilson import wilson_interval
from vedette.layout import Layout
from vedette.metrics.base import States, over
from vedette.metrics.classification.base import ClassMetric, explained
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class ScoreRange(ClassMetric, frozen=True, kw_only=True):
    """Score range: the share of scores that cannot be probabilities, being outside [0, 1].

    It answers whether a score is a probability at all: 0 for one that is, and suddenly 1 when raw margins or
    percentages are logged instead. It misleads for a model whose scores never were probabilities; ranking metrics do
    not mind, log loss, Brier score and calibration leave such rows out.

    ``score range = (rows with a score below 0 or above 1) / (rows with a score)``

    Returns
    -------
    Estimates
        A share, range [0, 1], lower is better. ``n`` is the number of rows with a score; Wilson's interval.

    Notes
    -----
    *Undefined when* no row has a score. Needs no labels.

    References
    ----------
    L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial proportion,
    doi:10.1214/ss/1009213286.

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.summaries.score_bins import ScoreBins
    >>> from vedette.testing.rows import observed
    >>> spec = ScoreBins(score="s", binning=Binning((0.0, 0.5, 1.0)))
    >>> ScoreRange().compute({"score": observed(spec, s=[0.1, 0.9, 0.4, 12.0, None])})[0]
    Estimate(0.25, low=0.04559, high=0.6994, n=4)
    """

    title: ClassVar[str] = "scores outside [0, 1]"
    better: ClassVar[Direction] = "lower"
    tasks: ClassVar[tuple[str, ...]] = ("binary",)
    needs_label: ClassVar[bool] = False
    needs_prediction: ClassVar[bool] = False
    needs_score: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1214/ss/1009213286",)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the score bins."""
        return {"score": layout.score_bins()}

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the share in each cell."""
        state = current["score"]
        rows = state["counts"].sum(axis=(2, 3))
        outside, n = state["outside"].astype(float), rows[:, :-1].sum(axis=1)
        low, high = wilson_interval(outside, n, level)
        total = rows.sum(axis=1)
        return explained(over(outside, n), low, high, n=n, rows=total, labelled=total)
