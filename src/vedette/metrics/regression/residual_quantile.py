"""Quantile of the residuals."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray, normal_quantile
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.regression.base import check_share
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import State, Summary
from vedette.summaries.residuals import Residuals
from vedette.values import Estimates


class ResidualQuantile(Metric, frozen=True, kw_only=True):
    """Quantile of the residual ``prediction - label``: how bad the bad misses are.

    It answers by how much the q-th share of the worst misses is exceeded, in either direction, which a mean hides: a
    model may keep its `mae` while one row in ten gets far worse. It misleads at shares near 0 and 1 in small windows,
    where it is one or two rows.

    The residuals are counted in about 200 bins of equal mass on the reference's residuals; within a bin they are
    taken as evenly spread, so the value is off by at most the width of its bin.

    Parameters
    ----------
    q : float, default 0.5
        Share of rows below it, strictly between 0 and 1; 0.5 is the median residual.

    Returns
    -------
    Estimates
        In the label's unit, range (-inf, inf), nearest 0 is best. Interval: the residuals of the ranks
        ``n q ± z √(n q (1 - q))``, which holds whatever the residuals' law.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when its ranks lie outside
    the sample: below 0 or above n.

    References
    ----------
    W. J. Conover (1999), Practical nonparametric statistics, section 3.2. ISBN 978-0-471-16068-7

    Examples
    --------
    >>> from vedette.binning import Binning
    >>> from vedette.testing.rows import observed
    >>> spec = Residuals(prediction="p", label="y", binning=Binning((-1.0, 0.0, 1.0, 2.0, 3.0, 4.0)))
    >>> state = observed(spec, p=[0.5, 1.5, 2.5, 3.5], y=[0.0, 0.0, 0.0, 0.0])
    >>> ResidualQuantile(q=0.5).compute({"residuals": state})[0].value
    2.0
    """

    title: ClassVar[str] = "residual quantile"
    unit: ClassVar[str] = "column"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    tasks: ClassVar[tuple[str, ...]] = ("regression",)

    q: float = 0.5

    def __post_init__(self) -> None:
        check_share(self.name, self.q)

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the counts of residuals."""
        return {"residuals": layout.residuals()}

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        if layout.task == "regression" and layout.residual_binning is None:
            return Sentence.of("why.needs_errors", metric=self.name)
        return super().why_not(layout)

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the residual quantile of each cell."""
        state = current["residuals"]
        n = state["counts"][:, :-1].sum(axis=1)
        with np.errstate(all="ignore"):
            half = normal_quantile(level) * np.sqrt(self.q * (1 - self.q) / n)
            shares = np.array([np.full(len(n), self.q), self.q - half, self.q + half])
        shares[1:, ~((shares[1] >= 0) & (shares[2] <= 1))] = np.nan
        unlabelled = state["counts"][:, -1] > 0
        value, low, high = (binned_quantile(state, share) for share in shares)
        return Estimates.of(value, low, high, n=n).because("unlabelled", (n == 0) & unlabelled)


def binned_quantile(state: State, share: FloatArray) -> FloatArray:
    """Return the residual below which lies `share` of each cell, shape (cells,), nan where there is none."""
    assert isinstance(state.spec, Residuals)
    counts = state["counts"][:, :-1].astype(float)
    edges = state.spec.binning.edges
    upto = np.cumsum(counts, axis=1)
    target = share * upto[:, -1]
    at = np.minimum((upto < target[:, None]).sum(axis=1), counts.shape[1] - 1)
    cells = np.arange(len(counts))
    left = np.where(at > 0, np.append(edges, np.nan)[at - 1], state["low"])
    right = np.where(at < len(edges), np.append(edges, np.nan)[at], state["high"])
    left, right = (np.clip(end, state["low"], state["high"]) for end in (left, right))
    with np.errstate(all="ignore"):
        within = (target - (upto - counts)[cells, at]) / counts[cells, at]
        return np.asarray(left + within * (right - left))
