"""Calibration intercept."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray, normal_quantile
from vedette.metrics.calibration._logistic import shift
from vedette.metrics.calibration.base import BinnedCalibration, Scored


class CalibrationIntercept(BinnedCalibration, frozen=True, kw_only=True):
    """Calibration intercept, also calibration in the large: the shift of log odds that would make the mean right.

    It answers whether scores are too low (above 0) or too high (below 0) on the whole, on the scale on which a
    change of prevalence is a shift: adding it to every score's log odds repairs that. It misleads alone, as
    `calibration_bias` does.

    ``log odds P(y = 1) = intercept + log odds(score)``, maximum likelihood, the slope fixed at 1

    Attributes
    ----------
    of : str, optional
        The class, one of several (then required) or of two (default: the positive one).

    Returns
    -------
    Estimates
        In nats (log odds), range (-inf, inf), 0 is best. ``n`` is the number of labelled rows with a score in
        [0, 1]. Rows of one score bin are fitted at its mean score; Wald's interval.

    Notes
    -----
    *Undefined when* all labels are of one class (the shift would be infinite).

    References
    ----------
    D. R. Cox (1958), Two further applications of a model for binary regression, doi:10.1093/biomet/45.3-4.562.
    B. Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7.

    Examples
    --------
    >>> rows = np.array([[500.0, 500]])
    >>> scored = Scored(rows, np.array([[150.0, 450]]), np.array([[0.2, 0.8]]))
    >>> [float(a[0].round(3)) for a in CalibrationIntercept().fitted(scored, 0.95)]
    [0.624, 0.469, 0.779]
    """

    title: ClassVar[str] = "calibration intercept"
    unit: ClassVar[str] = "nats"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1093/biomet/45.3-4.562", "doi:10.1186/s12916-019-1466-7")

    def fitted(self, scored: Scored, level: float) -> tuple[FloatArray, ...]:
        """Return the shift and its interval."""
        moved, error = shift(scored)
        half = normal_quantile(level) * error
        return moved, moved - half, moved + half
