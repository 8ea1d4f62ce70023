"""Mean error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.moments import mean_interval
from vedette.metrics.base import over
from vedette.metrics.regression.base import Answer, ErrorMetric, size_of
from vedette.summaries.base import State
from vedette.values import Direction


class Bias(ErrorMetric, frozen=True, kw_only=True):
    """Mean error: by how much predictions are too high (positive) or too low (negative) on average.

    It answers whether the level is right, and moves first when the label drifts under a model that does not. It
    misleads alone: misses of both signs cancel, so that a bias of 0 says nothing about their size (see `mae`).

    ``bias = mean (prediction - label)``

    Returns
    -------
    Estimates
        In the label's unit, range (-inf, inf), nearest 0 is best. Interval: Student's.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(Bias().compute({"errors": errors})[0].value, 4)
    1.3333
    """

    title: ClassVar[str] = "mean error (bias)"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    better: ClassVar[Direction] = "neither"
    default: ClassVar[bool] = True

    def answer(self, errors: State, level: float) -> Answer:
        """Return the mean error of each cell."""
        powers, n = errors["powers"], size_of(errors)
        low, high = mean_interval(n, powers[:, 1, 0], powers[:, 2, 0], level)
        return Answer(over(powers[:, 1, 0], n), low, high, n)
