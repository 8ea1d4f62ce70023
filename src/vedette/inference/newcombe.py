"""Intervals for the difference of two independent estimates, from the interval of each."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import Interval, defined, floats
from vedette.inference.wilson import wilson_interval


def square_and_add(
    value1: npt.ArrayLike,
    low1: npt.ArrayLike,
    high1: npt.ArrayLike,
    value2: npt.ArrayLike,
    low2: npt.ArrayLike,
    high2: npt.ArrayLike,
) -> Interval:
    """Interval of ``value1 - value2`` for two independent estimates that have intervals of their own.

    Answers "has the metric moved between window and reference?" for any metric with an interval, whatever
    its kind (also called MOVER). The level is that of the two intervals. It misleads when the estimates
    share rows.

    ``low = d - √((value1 - low1)² + (high2 - value2)²)``,
    ``high = d + √((high1 - value1)² + (value2 - low2)²)``, ``d = value1 - value2``

    Parameters
    ----------
    value1, low1, high1 : array_like
        First estimate and its interval, in the unit of the metric.
    value2, low2, high2 : array_like
        Second estimate and its interval.

    Returns
    -------
    low, high : array of the broadcast shape
        Undefined (nan) when any input is nan.

    References
    ----------
    Zou, Donner (2008), Construction of confidence limits about effect measures: a general approach.
    doi:10.1002/sim.3095

    Examples
    --------
    >>> np.round(square_and_add(0.9, 0.86, 0.93, 0.8, 0.78, 0.82), 3).tolist()
    [0.055, 0.136]
    """
    value1, low1, high1, value2, low2, high2 = floats(value1, low1, high1, value2, low2, high2)
    with np.errstate(invalid="ignore"):
        difference = value1 - value2
        low = difference - np.hypot(value1 - low1, high2 - value2)
        high = difference + np.hypot(high1 - value1, value2 - low2)
    return defined(np.isfinite(difference), low, high)


def newcombe_difference(
    successes1: npt.ArrayLike,
    n1: npt.ArrayLike,
    successes2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: float = 0.95,
) -> Interval:
    """Newcombe's interval of the difference ``p1 - p2`` of two independent proportions.

    Answers "by how many points did the rate change?", with sound coverage at small counts and at rates of 0
    and 1. It misleads for paired rows (two models scored on the same cases).

    Parameters
    ----------
    successes1, n1 : array_like
        Successes and trials of the first group, in rows; non-integer counts are accepted.
    successes2, n2 : array_like
        Successes and trials of the second group.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [-1, 1]. Undefined (nan) when a group has no trials.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions: comparison of
    eleven methods (method 10). doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> np.round(newcombe_difference(56, 70, 48, 80), 4).tolist()
    [0.0524, 0.3339]
    """
    successes1, n1, successes2, n2 = floats(successes1, n1, successes2, n2)
    with np.errstate(all="ignore"):
        p1, p2 = successes1 / n1, successes2 / n2
    low, high = square_and_add(
        p1, *wilson_interval(successes1, n1, level), p2, *wilson_interval(successes2, n2, level)
    )
    return defined((n1 > 0) & (n2 > 0), low, high)
