"""Token buckets: how often somebody may do something, and how long they must wait."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Buckets:
    """One bucket for each name; the longest unused are forgotten, which can only be in their favour.

    Parameters
    ----------
    burst : float
        What a full bucket holds.
    rate : float
        Tokens that come back in a second.
    names : int
        Buckets kept at most.

    Examples
    --------
    >>> buckets = Buckets(burst=2, rate=0.5)
    >>> [buckets.take("ada", now=0.0) for _ in range(3)], buckets.take("bob", now=0.0)
    ([0.0, 0.0, 2.0], 0.0)
    """

    def __init__(self, burst: float, rate: float, names: int = 10_000) -> None:
        self.burst, self.rate, self.names = burst, rate, names
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, now: float) -> float:
        """Take a token: 0 when there was one, else the seconds until there is."""
        with self._lock:
            left = self._left(name, now)
            taken = left >= 1
            self._kept[name] = (left - 1 if taken else left, now)
            self._kept.move_to_end(name)
            if len(self._kept) > self.names:
                self._kept.popitem(last=False)
        return 0.0 if taken else (1 - left) / self.rate

    def wait(self, name: str, now: float) -> float:
        """Return the seconds until there is a token, without taking it."""
        with self._lock:
            return max(1 - self._left(name, now), 0.0) / self.rate

    def forget(self, name: str) -> None:
        """Fill a bucket: whoever succeeds did not guess."""
        with self._lock:
            self._kept.pop(name, None)

    def _left(self, name: str, now: float) -> float:
        left, then = self._kept.get(name, (self.burst, now))
        return min(self.burst, left + max(now - then, 0.0) * self.rate)
