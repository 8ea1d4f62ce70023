"""A column that went missing."""

from __future__ import annotations

import msgspec
import numpy as np

from vedette.diagnosis.marginals import Marginal
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
