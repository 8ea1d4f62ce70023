"""Largest error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.regression.base import Answer, ErrorMetric, size_of
from vedette.summaries.base import State


class MaxError(ErrorMetric, frozen=True, kw_only=True):
    """Largest absolute error: the worst single miss, in the label's unit.

    It answers whether some promise "never off by more than" was broken. It misleads as a trend: it is one row, it grows
    with the number of rows, and windows of different size do not compare.

    ``max |prediction - label|``

    Returns
    -------
    Estimates
        In the label's unit, range [0, inf), lower is better. Without interval: one row has none.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> MaxError().compute({"errors": errors})[0]
    Estimate(3, n=3)
    """

    title: ClassVar[str] = "largest error"

    def answer(self, errors: State, level: float) -> Answer:
        """Return the largest absolute error of each cell."""
        n = size_of(errors)
        none = np.full(len(n), np.nan)
        return Answer(np.where(n > 0, errors["largest"], none), none, none, n)
