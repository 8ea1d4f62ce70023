"""Root mean squared error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.moments import root_interval
from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer, size_of
from vedette.summaries.base import State


class Rmse(ErrorMetric, frozen=True, kw_only=True):
    """Root mean squared error: the size of a miss when large misses count more, in the label's unit.

    It answers what least squares minimised, on a readable scale; it is never below the mean absolute error, and far
    above it when a few rows miss by much. It misleads when those few rows are recording errors.

    ``RMSE = √ mean (prediction - label)**2``

    Returns
    -------
    Estimates
        In the label's unit, range [0, inf), lower is better. Interval: root of the one of the mean squared error.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    References
    ----------
    T. Chai, R. R. Draxler (2014), Root mean square error (RMSE) or mean absolute error (MAE)?,
    doi:10.5194/gmd-7-1247-2014.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(Rmse().compute({"errors": errors})[0].value, 4)
    1.8257
    """

    title: ClassVar[str] = "root mean squared error"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.5194/gmd-7-1247-2014",)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the root mean squared error of each cell."""
        powers = errors["powers"]
        square = mean_answer(size_of(errors), powers[:, 2, 0], powers[:, 4, 0], level)
        return Answer(np.sqrt(square.value), *root_interval(square.low, square.high), square.n)
