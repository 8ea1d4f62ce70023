"""Coefficient of determination."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.metrics.regression.base import Answer, ErrorMetric, unexplained
from vedette.summaries.base import State
from vedette.values import Direction


class R2(ErrorMetric, frozen=True, kw_only=True):
    """Coefficient of determination: the share of the label's variance that predictions account for.

    It answers how much better the model is than always predicting the window's own mean label. It misleads over time: a
    window whose labels vary less scores lower with the very same errors, so read it beside `rmse`; and below 0 it says
    that the mean would have done better.

    ``R² = 1 - Σ (prediction - label)² / Σ (label - mean label)²``

    Returns
    -------
    Estimates
        Pure number, range (-inf, 1], higher is better. Interval: delta method on the scale of ``log(1 - R²)``.

    Notes
    -----
    *Undefined when* no row has both a finite label and a finite prediction, or the label is constant; the interval when
    fewer than two rows have both.

    References
    ----------
    T. O. Kvålseth (1985), Cautionary note about R², doi:10.1080/00031305.1985.10479448.

    Examples
    --------
    >>> from vedette.summaries.regression_errors import RegressionErrors
    >>> from vedette.testing.rows import observed
    >>> errors = observed(RegressionErrors(prediction="p", label="y"), p=[2.0, 4.0, 9.0], y=[1.0, 4.0, 6.0])
    >>> round(R2().compute({"errors": errors})[0].value, 4)
    0.2105
    """

    title: ClassVar[str] = "coefficient of determination (R²)"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (-np.inf, 1.0)
    better: ClassVar[Direction] = "higher"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("doi:10.1080/00031305.1985.10479448",)

    def answer(self, errors: State, level: float) -> Answer:
        """Return the coefficient of determination of each cell."""
        left = unexplained(errors, level, centred=False)
        return Answer(1 - left.value, 1 - left.high, 1 - left.low, left.n)
