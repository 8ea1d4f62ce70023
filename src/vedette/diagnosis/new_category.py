"""Categories that the reference never had."""

from __future__ import annotations

import msgspec
import numpy as np

from vedette.diagnosis.marginals import Marginal
from vedette.inference.wilson import wilson_interval

#: Share of unseen categories from which they can be what is wrong with a model.
LARGE = 0.02
#: Share below which nothing is said.
SMALL = 0.002


class NewCategory(msgspec.Struct, frozen=True):
    """Share of rows with an unseen category, with its interval."""

    share: float
    low: float
    high: float


def new_category(marginal: Marginal, level: float = 0.999) -> NewCategory | None:
    """Share of unseen categories, None where it may be below `SMALL` or the column holds numbers."""
    if marginal.numeric:
        return None
    counts = marginal.counts_now
    n = counts[:-1].sum()
    if n <= 0:
        return None
    low, high = (float(np.ravel(end)[0]) for end in wilson_interval(counts[-2], n, level))
    return NewCategory(float(counts[-2] / n), low, high) if low > SMALL else None
