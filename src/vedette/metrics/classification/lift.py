"""Lift."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray
from vedette.inference.wilson import wilson_interval
from vedette.metrics.classification._curves import ScoreMetric


class Lift(ScoreMetric, frozen=True, kw_only=True):
    """Lift: how many times more positives the rows with the highest scores hold than rows taken at random.

    It answers what is gained by acting on the top share of the ranking; 1 is guessing. It misleads across windows
    with different shares of positives: it cannot exceed one over that share, nor ``1 / share``.

    ``lift = (share of all positives found among the top `share` of rows) / share``

    Attributes
    ----------
    share : float
        Part of the rows that is acted on, in (0, 1).

    Returns
    -------
    Estimates
        Times, range [0, inf), higher is better. ``n`` is the number of labelled rows with a score. Wilson's interval
        at the effective number of rows that the delta method gives, threshold's error included; it covers 93 to
        99 % (measured). Of a bin that the threshold cuts, rows are taken in proportion.

    Notes
    -----
    *Undefined when* no labelled row is positive. Several classes: each against the rest, then the mean.

    References
    ----------
    M. J. A. Berry, G. S. Linoff (2004), Data mining techniques, 2nd edition, chapter 4.

    Examples
    --------
    >>> import numpy as np
    >>> negatives, positives = np.array([[30.0, 15, 5]]), np.array([[5.0, 10, 35]])
    >>> [float(a[0].round(2)) for a in Lift(share=0.4).ranked(positives, negatives, 0.95)]
    [1.75, 1.41, 2.02]
    """

    title: ClassVar[str] = "lift"
    unit: ClassVar[str] = ""
    range: ClassVar[tuple[float, float]] = (0.0, np.inf)

    share: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.share < 1:
            raise ConfigError(
                f"Parameter share of lift is {self.share!r}",
                "A part of the rows strictly between 0 and 1",
                "Write 0.1 for the top tenth",
                code="metric.bad-parameter",
            )

    def ranked(self, positives: FloatArray, negatives: FloatArray, level: float) -> tuple[FloatArray, ...]:
        """Return the lift and its interval."""
        top, all_rows = positives[:, ::-1], (positives + negatives)[:, ::-1]
        total = all_rows.sum(axis=1, keepdims=True)
        wanted = self.share * total - (np.cumsum(all_rows, axis=1) - all_rows)
        taken = np.where(all_rows > 0, np.clip(wanted / all_rows, 0, 1), 0.0)
        of_positives = top.sum(axis=1, keepdims=True)
        found = (top * taken).sum(axis=1, keepdims=True) / of_positives
        # One more row above the threshold pushes it up past `share` of a row of the bin it cuts.
        cut = taken.shape[1] - 1 - np.argmax(taken[:, ::-1] > 0, axis=1)[:, None]
        rate = np.take_along_axis(np.where(all_rows > 0, top / all_rows, 0.0), cut, axis=1)
        pushed = rate * (taken - self.share)
        variance = (top * (taken - found - pushed) ** 2 + (all_rows - top) * pushed**2).sum(
            axis=1, keepdims=True
        )
        rows = found * (1 - found) * of_positives**2 / variance
        rows = np.where(np.isfinite(rows) & (rows > 0), rows, of_positives)
        low, high = wilson_interval(found * rows, rows, level)
        return tuple(end[:, 0] / self.share for end in (found, low, high))
