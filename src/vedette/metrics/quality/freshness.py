"""Time of the newest event."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.sentences.sentence import Sentence
from vedette.summaries.base import Summary
from vedette.values import Direction, Estimates


class Freshness(Metric, frozen=True, kw_only=True):
    """Time of the newest event, in seconds since the epoch: how far the data reach.

    It answers whether data still come, to whoever holds a clock: what is fresh depends on the time of asking, which
    is not in the data, so that the same rows give the same number at any time. Age is now less this. It misleads when
    a single row carries a time of the future.

    ``freshness = max(event time)``

    Returns
    -------
    Estimates
        Seconds since 1970-01-01 UTC, range (-inf, inf), higher is fresher. It has no interval: it is a fact about the
        rows. ``n`` is the number of rows with a time.

    Notes
    -----
    *Undefined when* no row has a usable time.

    Examples
    --------
    >>> from vedette.summaries.clock import Clock
    >>> from vedette.testing.rows import observed
    >>> Freshness().compute({"clock": observed(Clock(column="t"), t=["1970-01-01T00:01:00Z", None])})[0].value
    60.0
    """

    title: ClassVar[str] = "time of the newest event"
    unit: ClassVar[str] = "seconds"
    range: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    better: ClassVar[Direction] = "higher"

    def needs(self, layout: Layout) -> dict[str, Summary]:
        """Return the first and last event time."""
        return {"clock": layout.clock()}

    def why_not(self, layout: Layout) -> Sentence | str | None:
        """Return why it is not defined for these data, None when it is."""
        return Sentence.of("why.needs_time", metric=self.name) if layout.schema.time is None else None

    def compute(self, current: States, reference: States | None = None, level: float = 0.95) -> Estimates:
        """Return the newest time of each cell."""
        n = current["clock"]["n"].astype(float)
        return Estimates.of(np.where(n > 0, current["clock"]["latest"] / 1e6, np.nan), n=n)
