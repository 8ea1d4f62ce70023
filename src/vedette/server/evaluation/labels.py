"""When the labels of a window are in: after the time they take, or when it has about as many as windows get."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from vedette.values import Window

#: Share of the usual share of labelled rows from which a window counts as labelled.
MATURE = 0.8
#: Later windows with their labels after which one that never got its own is waited for no longer.
PATIENCE = 7


class Labels:
    """Shares of labelled rows by window, and how long labels take.

    Parameters
    ----------
    delay : int
        Microseconds after its end that a window's labels take; 0 where the monitor does not say.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> windows = [Window(i * day, (i + 1) * day, str(i)) for i in range(3)]
    >>> labels = Labels(0)
    >>> for window, known in zip(windows, (90, 85, 10)):
    ...     labels.count(window.start, rows=100, labelled=known)
    >>> [labels.are_in(window, mark=3 * day) for window in windows]
    [True, True, False]
    """

    def __init__(self, delay: int) -> None:
        self.delay = delay
        self._shares: dict[int, float] = {}

    def count(self, start: int, rows: int, labelled: int) -> None:
        """Take note of how many rows of a window have a label."""
        if rows:
            self._shares[start] = labelled / rows

    def are_in(self, window: Window, mark: int, later: Sequence[Window] = ()) -> bool:
        """Tell whether a window's labels are in at the watermark `mark`.

        Without a declared delay, its share of labels must be about the usual one; a window that is overtaken by
        several `later` ones is waited for no longer.
        """
        if self.delay:
            return window.end + self.delay <= mark
        usual = self._usual()
        ripe = [w for w in later if self.share(w) >= MATURE * usual]
        return self.share(window) >= MATURE * usual or len(ripe) >= PATIENCE

    def share(self, window: Window) -> float:
        """Return the share of a window's rows that have a label; 1 without rows."""
        return self._shares.get(window.start, 1.0)  # without rows there is nothing to wait for

    def _usual(self) -> float:
        some = [share for share in self._shares.values() if share > 0]
        return statistics.median(some) if some else 1.0
