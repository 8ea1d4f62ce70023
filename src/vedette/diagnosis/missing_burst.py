"""A column that went missing, and whether only the mix of rows made it look so."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.diagnosis.marginals import Marginal
from vedette.diagnosis.mix import Mix, mix
from vedette.inference.newcombe import newcombe_difference

#: The missing share must have grown by more than this, for certain.
GROWN = 0.05


class MissingBurst(msgspec.Struct, frozen=True):
    """Share of missing entries now and then, with the interval of their difference."""

    now: float
    then: float
    low: float
    high: float


def missing_burst(marginal: Marginal, level: float = 0.999) -> MissingBurst | None:
    """Growth of the missing share, None where it may be smaller than `GROWN`.

    Entries of the wrong type count as missing: what cannot be read is not there.
    """
    now, then = marginal.counts_now, marginal.counts_then
    n, m = now.sum(), then.sum()
    low, high = (float(np.ravel(end)[0]) for end in newcombe_difference(now[-1], n, then[-1], m, level))
    return MissingBurst(float(now[-1] / n), float(then[-1] / m), low, high) if low > GROWN else None


def missing_mix(now: npt.ArrayLike, then: npt.ArrayLike) -> tuple[Mix, int | None] | None:
    """Split of a missing share's growth over segments, and the segment that alone holds what is within them.

    Where a segment that always lacks a column grows, the column is missing more often and nothing broke.

    Parameters
    ----------
    now, then : array_like of shape (g, 2)
        Rows and missing entries by segment.

    Examples
    --------
    >>> found, alone = missing_mix([[500, 5], [500, 400]], [[900, 9], [100, 80]])
    >>> round(found.mix, 2), round(found.within, 2), alone
    (0.32, 0.0, None)
    """
    found = mix(now, then)
    if found is None:
        return None
    largest = int(np.argmax(found.by_within))
    alone = found.by_within[largest] > max(0.9 * found.within, GROWN / 2)
    return found, largest if alone and len(found.by_within) > 1 else None
