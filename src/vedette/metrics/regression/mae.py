"""Mean absolute error."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer, size_of
from vedette.summaries.base import State


class Mae(ErrorMetric, frozen=True, kw_only=True):
    """Mean absolute error: by how much predictions miss on average, in the label's unit.

    It answers what a typical row costs when cost grows with the size of the miss. It misleads when a few large misses
    are what hurts (see `rmse`), and when windows hold labels of different size (see `mape`).

    ``MAE = mean |prediction - label|``

    Returns
    -------
    Estimates
        In the label's unit, range [0, inf), lower is better. Interval: Student's on the scale of the log.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    References
    ----------
    C. J. Willmott, K. Matsuura (2005), Advantages of the mean absolute error (MAE) over the root mean square error
    (RMSE), doi:10.3354/cr030079.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> Mae().compute({"errors": errors})[0]
    Estimate(1.333, low=0.07744, high=22.96, n=3)
    """

    title: ClassVar[str] = "mean absolute error"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.3354/cr030079",)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the mean absolute error of each cell."""
        return mean_answer(size_of(errors), errors["absolute"], errors["powers"][:, 2, 0], level)
