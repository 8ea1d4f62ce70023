"""Whether the reference has seen rows like these at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval

#: A bin is out of reach where the reference has less than this share of its rows ...
RARE = 0.001
#: ... and, where bins are many, less than this part of an even share.
THIN = 0.2
#: Share of a window's rows that may be out of reach.
LIMIT = 0.02


def uncovered(current: npt.ArrayLike, reference: npt.ArrayLike) -> FloatArray:
    """Return the rows in bins that the reference hardly has, shape (cells,).

    Answers "for how many of these rows does the reference say nothing?" It misleads for combinations of columns that
    are new while each column alone is not.

    Parameters
    ----------
    current : array_like of shape (cells, bins)
    reference : array_like of shape (cells or 1, bins)
        Rows by bin; missing, unseen and out-of-range rows have bins of their own.

    Examples
    --------
    >>> uncovered([[60, 40, 0], [50, 0, 50]], [[500, 500, 0]]).tolist()
    [0.0, 50.0]
    """
    current, reference = np.asarray(current, float), np.asarray(reference, float)
    least = min(RARE, THIN / reference.shape[-1]) * reference.sum(axis=-1, keepdims=True)
    return np.asarray(np.where(reference < least, current, 0.0).sum(axis=-1))


def beyond_reach(rows: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> npt.NDArray[np.bool_]:
    """Tell where more than `LIMIT` of the rows are uncovered, by the lower end of Wilson's interval.

    A few rows prove nothing: 1 of 30 is 3 %, and may well be chance.

    Examples
    --------
    >>> beyond_reach([1, 15, 30], [30, 600, 600]).tolist()
    [False, False, True]
    """
    low, _ = wilson_interval(rows, n, level)
    return np.asarray(np.nan_to_num(low) > LIMIT)
