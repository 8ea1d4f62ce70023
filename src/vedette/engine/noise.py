"""How much a metric varies between windows of the reference beyond what its rows explain."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vedette.engine.evaluate import Block
from vedette.values import Estimates

#: Windows of the reference from which a variation between them can be told.
ENOUGH = 8


def between_windows(estimates: Estimates, level: float = 0.95) -> float:
    """Return the standard deviation of the true values of windows, 0 where chance explains their spread.

    The variance of the estimates less the mean of their sampling variances, the moment estimator of a random
    effect. A storm day is worse than another day however many flights it has: a change is one only against that.

    References
    ----------
    R. DerSimonian, N. Laird (1986), doi:10.1016/0197-2456(86)90046-2.

    Examples
    --------
    >>> value = np.array([0.5, 0.7] * 10)
    >>> exact = Estimates.of(value, value - 0.02, value + 0.02, n=np.full(20, 1000))
    >>> round(between_windows(exact), 2)
    0.1
    """
    from scipy.special import ndtri

    width = (estimates.high - estimates.low) / (2 * float(ndtri(0.5 + level / 2)))
    usable = np.isfinite(estimates.value) & np.isfinite(width)
    if usable.sum() < ENOUGH:
        return 0.0
    spread = float(np.var(estimates.value[usable], ddof=1) - np.mean(width[usable] ** 2))
    return float(np.sqrt(max(spread, 0.0)))


def noise_of(history: Iterable[Block], level: float = 0.95) -> dict[tuple[str, str | None], float]:
    """Return the variation between the reference's windows by (metric, column)."""
    return {
        (block.metric.key, block.metric.column): between_windows(block.current, level) for block in history
    }
