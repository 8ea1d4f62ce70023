"""When to try again: full jitter between nothing and a bound that doubles from 0.5 to 60 s."""

from __future__ import annotations

import random

FIRST, LAST = 0.5, 60.0


class Backoff:
    """The wait after failures; times are of a monotonic clock that the caller brings.

    Examples
    --------
    >>> backoff = Backoff()
    >>> backoff.failed(now=0.0, retry_after=7.0)
    >>> backoff.wait(now=3.0)
    4.0
    """

    def __init__(self) -> None:
        self.failures = 0
        self._due = 0.0
        self._asked = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until the next attempt, 0 when it may be made."""
        return max(self._due, self._asked) - now if max(self._due, self._asked) > now else 0.0

    def failed(self, now: float, retry_after: float | None = None) -> None:
        """Wait longer; at least as long as the server asks for."""
        bound = min(FIRST * 2.0 ** min(self.failures, 10), LAST)
        self.failures += 1
        self._due = now + random.uniform(0, bound)  # noqa: S311 - jitter, not a secret
        self._asked = now + retry_after if retry_after else 0.0

    def worked(self) -> None:
        """Start over."""
        self.failures = 0
        self._due = self._asked = 0.0

    def hurry(self) -> None:
        """Let one attempt be made now, unless the server asked for a pause."""
        self._due = 0.0
