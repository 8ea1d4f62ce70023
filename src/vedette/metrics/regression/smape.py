"""Symmetric mean absolute percentage error."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.regression.base import Answer, ErrorMetric, mean_answer, size_of
from vedette.summaries.base import State


class Smape(ErrorMetric, frozen=True, kw_only=True):
    """Symmetric mean absolute percentage error: the average miss as a share of label and prediction together.

    It stays below 2 where `mape` explodes at labels near 0. It misleads by its name: a miss of the same size scores
    more when it is too low than when it is too high, and any prediction for a label of 0 scores 2, unless it is 0 too.

    ``sMAPE = mean 2 |prediction - label| / (|label| + |prediction|)``, a term being 0 where both are 0. Other programs
    leave out the 2, or take the mean of label and prediction without absolute values.

    Returns
    -------
    Estimates
        A share, range [0, 2], lower is better. Interval: Student's on the scale of the log.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction; the interval when fewer than two have.

    References
    ----------
    R. J. Hyndman, A. B. Koehler (2006), Another look at measures of forecast accuracy,
    doi:10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(Smape().compute({"errors": errors})[0].value, 4)
    0.3556
    """

    title: ClassVar[str] = "symmetric mean absolute percentage error"
    unit: ClassVar[str] = "share"
    range: ClassVar[tuple[float, float]] = (0.0, 2.0)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1016/j.ijforecast.2006.03.001",)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the symmetric mean absolute percentage error of each cell."""
        total, squares = errors["symmetric"].T
        mean = mean_answer(size_of(errors), total, squares, level)
        return mean._replace(value=np.minimum(mean.value, 2.0), high=np.minimum(mean.high, 2.0))
