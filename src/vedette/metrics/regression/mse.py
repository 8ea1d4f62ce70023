"""Mean squared error."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer, size_of
from vedette.summaries.base import State


class Mse(ErrorMetric, frozen=True, kw_only=True):
    """Mean squared error: the average squared miss, in the label's unit squared.

    It is what least squares minimises, and adds up over windows; its unit makes it hard to read (see `rmse`). It
    misleads when a handful of rows carries most of it: the interval then covers less than it promises (for lognormal
    errors 84 % at 500 rows, where 95 % is asked).

    ``MSE = mean (prediction - label)**2``

    Returns
    -------
    Estimates
        In the label's unit squared, range [0, inf), lower is better. Interval: Student's on the scale of the log.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(Mse().compute({"errors": errors})[0].value, 4)
    3.3333
    """

    title: ClassVar[str] = "mean squared error"
    unit: ClassVar[str] = "column²"

    def answer(self, errors: State, level: float) -> Answer:
        """Return the mean squared error of each cell."""
        powers = errors["powers"]
        return mean_answer(size_of(errors), powers[:, 2, 0], powers[:, 4, 0], level)
