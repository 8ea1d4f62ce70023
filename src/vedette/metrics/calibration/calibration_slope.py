"""Calibration slope."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.inference.interval import FloatArray, normal_quantile
from vedette.metrics.calibration._logistic import line
from vedette.metrics.calibration.base import BinnedCalibration, Scored


class CalibrationSlope(BinnedCalibration, frozen=True, kw_only=True):
    """Calibration slope: by how much the log odds of the outcome grow with the log odds of the score.

    It answers whether scores are too extreme (below 1: the usual sign of overfitting) or too timid (above 1). It
    misleads alone: a slope of 1 says nothing about the level (see `calibration_intercept`), and a curve that bends
    both ways may have it.

    ``log odds P(y = 1) = a + slope * log odds(score)``, maximum likelihood

    Attributes
    ----------
    of : str, optional
        The class, one of several (then required) or of two (default: the positive one).

    Returns
    -------
    Estimates
        Pure number, range (-inf, inf), 1 is best. ``n`` is the number of labelled rows with a score in [0, 1]. Rows of
        one score bin are fitted at its mean score; Wald's interval.

    Notes
    -----
    *Undefined when* all labels are of one class, all scores in one bin, or the score separates the classes
    perfectly (the slope would be infinite).

    References
    ----------
    D. R. Cox (1958), Two further applications of a model for binary regression, doi:10.1093/biomet/45.3-4.562.
    B. Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7.

    Examples
    --------
    >>> rows = np.array([[500.0, 500]])
    >>> scored = Scored(rows, np.array([[150.0, 350]]), np.array([[0.2, 0.8]]))
    >>> [float(a[0].round(3)) for a in CalibrationSlope().fitted(scored, 0.95)]
    [0.611, 0.514, 0.709]
    """

    title: ClassVar[str] = "calibration slope"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    references: ClassVar[tuple[str, ...]] = ("doi:10.1093/biomet/45.3-4.562", "doi:10.1186/s12916-019-1466-7")

    def fitted(self, scored: Scored, level: float) -> tuple[FloatArray, ...]:
        """Return the slope and its interval."""
        slope, error = line(scored)
        half = normal_quantile(level) * error
        return slope, slope - half, slope + half
