"""How unlikely a residual is among those before it: by rank inside them, by a fitted tail beyond the largest."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

#: Residuals remembered, and the fewest that a tail is fitted to.
MEMORY = 500
FEWEST = 10


class Tail(NamedTuple):
    """The upper tail of residuals: those over a threshold, the mean of their excesses, and its shape.

    Excesses of an exponential law spread as much as their mean. Where they may spread more (by the upper end of one
    standard error), the exponential tail fails the test and is not used: extrapolating it would call an outburst of a
    heavy-tailed series impossible. Then it is a generalised Pareto tail, its shape from the two moments.

    Even an exponential tail has a scale known from `k` excesses only. Averaging over what it may be (the predictive
    law) gives a power ``-k`` instead, so that ten excesses do not claim one in a billion.
    """

    threshold: float
    scale: float
    shape: float
    k: int

    @classmethod
    def of(cls, ordered: Sequence[float]) -> Tail:
        """Return the tail of the largest of residuals in order."""
        k = excesses(len(ordered))
        u, top = ordered[-k - 1], ordered[-k:]
        mean = max((sum(top) - k * u) / k, 1e-12)
        variance = (sum((x - u) ** 2 for x in top) / k - mean * mean) * (1 + k**-0.5) ** 2
        shape = max((1 - mean * mean / variance) / 2 if variance > mean * mean else 0.0, 1 / k)
        return cls(u, mean * (1 - (shape if shape > 1 / k else 0.0)), shape, k)

    def beyond(self, z: float, n: int) -> float:
        """Return the probability of a residual of at least `z`, which is larger than all `n`."""
        ratio = 1 + self.shape * (z - self.threshold) / self.scale
        return float(self.k / (n + 1) * ratio ** (-1 / self.shape))

    def edge(self, alpha: float, n: int) -> float:
        """Return the residual that `beyond` gives the probability `alpha`."""
        ratio = (alpha * (n + 1) / self.k) ** -self.shape
        return float(self.threshold + self.scale * (ratio - 1) / self.shape)


def excesses(n: int) -> int:
    """Return how many of `n` residuals make the tail: a tenth, at least `FEWEST`, at most half."""
    return min(max(FEWEST, n // 10), n // 2)


class _Upper:
    """Residuals by size, and the tail of the largest, fitted again only when it changed."""

    def __init__(self) -> None:
        self.ordered: list[float] = []
        self._tail: Tail | None = None

    def add(self, z: float) -> None:
        insort(self.ordered, z)
        self._touched(z)

    def drop(self, z: float) -> None:
        del self.ordered[bisect_left(self.ordered, z)]
        self._touched(z)

    def _touched(self, z: float) -> None:
        if self._tail is not None and (
            z >= self._tail.threshold or excesses(len(self.ordered)) != self._tail.k
        ):
            self._tail = None

    @property
    def tail(self) -> Tail:
        if self._tail is None:
            self._tail = Tail.of(self.ordered)
        return self._tail

    def p(self, z: float) -> tuple[float, bool]:
        n = len(self.ordered)
        if z <= self.ordered[-1]:
            return (1 + n - bisect_left(self.ordered, z)) / (n + 1), False
        return min(self.tail.beyond(z, n), 1 / (n + 1)), True

    def edge(self, alpha: float) -> float:
        n = len(self.ordered)
        most = math.floor(alpha * (n + 1)) - 1  # residuals that may be as large
        if most >= 0:
            return self.ordered[n - 1 - min(most, n - 1)]
        return max(self.tail.edge(alpha, n), self.ordered[-1])


class Residuals:
    """The last `MEMORY` residuals, in order of time and of size; a step costs the same however many came before."""

    def __init__(self) -> None:
        self.recent: deque[float] = deque()
        self.large, self.small = _Upper(), _Upper()

    def __len__(self) -> int:
        return len(self.recent)

    def add(self, z: float) -> None:
        """Remember a residual and forget the oldest one too many."""
        self.recent.append(z)
        self.large.add(z)
        self.small.add(-z)
        if len(self.recent) > MEMORY:
            old = self.recent.popleft()
            self.large.drop(old)
            self.small.drop(-old)

    def edges(self, alpha: float) -> tuple[float, float]:
        """Return the residuals at which each side's p-value falls to `alpha`: too small, too large."""
        return -self.small.edge(alpha), self.large.edge(alpha)

    def p_values(self, z: float) -> tuple[float, float, bool]:
        """Return the p-values of `z` being so small and so large, and whether one is extrapolated."""
        (small, a), (large, b) = self.small.p(-z), self.large.p(z)
        return small, large, a or b
