"""Explained variance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.regression.base import Answer, ErrorMetric, unexplained
from vedette.summaries.base import State
from vedette.values import Direction


class ExplainedVariance(ErrorMetric, frozen=True, kw_only=True):
    """Explained variance: R² with the bias forgiven.

    It answers whether predictions follow the label up and down, whatever their level: where it stays and `r2` falls,
    the level has shifted and a constant repairs it. It misleads alone, for it never sees that shift.

    ``1 - var(prediction - label) / var(label)``

    Returns
    -------
    Estimates
        Pure number, range (-inf, 1], higher is better. Interval: delta method on the scale of the log of what is left.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction, or the label is constant; the interval when
    fewer than two rows have both.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(ExplainedVariance().compute({"errors": errors})[0].value, 4)
    0.6316
    """

    title: ClassVar[str] = "explained variance"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (-np.inf, 1.0)
    better: ClassVar[Direction] = "higher"

    def answer(self, errors: State, level: float) -> Answer:
        """Return the explained variance of each cell."""
        left = unexplained(errors, level, centred=True)
        return Answer(1 - left.value, 1 - left.high, 1 - left.low, left.n)
