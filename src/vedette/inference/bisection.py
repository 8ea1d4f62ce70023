"""Roots of many monotone functions at once, by bisection."""

from collections.abc import Callable

import numpy as np

from vedette.inference.interval import FloatArray

# 60 halvings reach the last bit of a float64 relative to the width of the first bracket.
_HALVINGS = 60


def bisect(inside: Callable[[FloatArray], FloatArray], start: FloatArray, end: FloatArray) -> FloatArray:
    """Points where `inside` turns from true (at `start`) to false (towards `end`), one per element.

    `start` may lie above `end`: the search then runs downwards. Where `inside` is true all the way, the
    answer is `end`.

    Parameters
    ----------
    inside : callable
        Elementwise predicate, array of shape ``s`` -> bool array of shape ``s``; true on the side of `start`.
    start, end : array of shape ``s``
        Ends of the bracket.

    Returns
    -------
    array of shape ``s``

    Examples
    --------
    >>> bisect(lambda x: x * x < np.array([2.0, 9.0]), np.zeros(2), np.full(2, 10.0)).round(6).tolist()
    [1.414214, 3.0]
    """
    start, end = np.array(start, dtype=np.float64), np.array(end, dtype=np.float64)
    for _ in range(_HALVINGS):
        middle = (start + end) / 2
        still = inside(middle)
        start, end = np.where(still, middle, start), np.where(still, end, middle)
    return end
