"""The conventions every interval here shares: its type, its level, and nan where it is undefined."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
Interval: TypeAlias = tuple[FloatArray, FloatArray]


def tail_probability(level: float) -> float:
    """Probability left outside one end of a two-sided interval of confidence `level`.

    Raises
    ------
    ValueError
        When `level` is not strictly between 0 and 1 (95 instead of 0.95 is the usual slip).

    Examples
    --------
    >>> round(tail_probability(0.95), 3)
    0.025
    """
    if not 0 < level < 1:
        raise ValueError(
            f"level={level!r}. A confidence level lies strictly between 0 and 1. Pass 0.95 for 95 %."
        )
    return (1 - level) / 2


def normal_quantile(level: float) -> float:
    """Half-width, in standard errors, of a two-sided normal interval of confidence `level`.

    Examples
    --------
    >>> round(normal_quantile(0.95), 3)
    1.96
    """
    from scipy.special import ndtri

    return float(-ndtri(tail_probability(level)))


def floats(*values: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Inputs as float64 arrays of one broadcast shape.

    Examples
    --------
    >>> [a.shape for a in floats(1, [2, 3])]
    [(2,), (2,)]
    """
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def defined(where: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike) -> Interval:
    """Interval `(low, high)` with nan at both ends wherever it is not defined.

    Examples
    --------
    >>> low, high = defined([True, False], [0.1, 0.2], [0.3, 0.4])
    >>> low.tolist(), high.tolist()
    ([0.1, nan], [0.3, nan])
    """
    return np.where(where, low, np.nan), np.where(where, high, np.nan)
