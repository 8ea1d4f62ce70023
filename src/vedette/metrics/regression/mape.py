"""Mean absolute percentage error."""

from __future__ import annotations

from typing import ClassVar

from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer
from vedette.summaries.base import State


class Mape(ErrorMetric, frozen=True, kw_only=True):
    """Mean absolute percentage error: the average miss as a share of the label.

    It compares misses over labels of different size. It misleads where labels come near 0, for one such row outweighs
    all others, and it forgives predictions that are too low more than those that are too high: a forecast of 0 scores
    100 %, one of three times the label 200 %.

    ``MAPE = mean |prediction - label| / |label|`` over rows whose label is not 0. (scikit-learn divides by
    the float64 epsilon there, so that one such row makes the mean meaningless.)

    Returns
    -------
    Estimates
        A share (1 is 100 %), range [0, inf), lower is better; `n` counts the rows whose label is not 0. Interval:
        Student's on the scale of the log.

    Notes
    -----
    *Undefined when* no row has a finite prediction and a finite label other than 0; the interval when fewer than two
    have.

    References
    ----------
    R. J. Hyndman, A. B. Koehler (2006), Another look at measures of forecast accuracy,
    doi:10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(Mape().compute({"errors": errors})[0].value, 4)
    0.5
    """

    title: ClassVar[str] = "mean absolute percentage error"
    unit: ClassVar[str] = "share"
    references: ClassVar[tuple[str, ...]] = ("doi:10.1016/j.ijforecast.2006.03.001",)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the mean absolute percentage error of each cell."""
        n, total, squares = errors["relative"].T
        return mean_answer(n, total, squares, level)
