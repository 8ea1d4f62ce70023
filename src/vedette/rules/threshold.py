"""A fixed limit, judged by the estimate's interval and not by its point."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.errors import ConfigError
from vedette.rules.base import Rule, Series
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Floats, Level


class Threshold(Rule, frozen=True, kw_only=True):
    """The whole interval lies beyond a limit.

    Attributes
    ----------
    below, above : float, optional
        Fires when the interval's high end is under `below`, or its low end over `above`.
    severe : str
        Level of the finding.

    Notes
    -----
    A point beyond the limit whose interval still reaches back is not a finding: with few rows nothing fires, with
    many rows every real breach does.
    """

    below: float | None = None
    above: float | None = None
    severe: Level = "act"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.metrics:
            raise ConfigError(
                "A threshold rule names no metric",
                "metrics, since no limit suits them all",
                "Write for example metrics = ['recall']",
                code="rules.no-metric",
            )
        if self.below is None and self.above is None:
            raise ConfigError(
                "A threshold rule has no limit",
                "below or above",
                "Write for example below = 0.7",
                code="rules.no-limit",
            )

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach."""
        under, over = self._excess(series)
        return (under > 0) | (over > 0)

    def severity(self, series: Series) -> Floats:
        """Return how far the interval lies beyond the limit."""
        return np.maximum(*self._excess(series))

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        estimate = series.current[worst]
        under, over = self._excess(series)
        limit, side = (self.below, "below") if under[worst] > over[worst] else (self.above, "above")
        sentence = Sentence.of(
            f"threshold.{side}",
            subject=series.subject,
            now=estimate.spanned(),
            limit=limit,
            unit=series.unit,
        )
        return Finding.saying(
            sentence,
            rule="threshold",
            metric=series.metric,
            level=self.severe,
            column=series.column,
            segment=series.segment,
            current=estimate,
            reference=series.reference,
        )

    def _excess(self, series: Series) -> tuple[Floats, Floats]:
        """Return how far each interval lies below the lower limit and above the upper one; -inf without a value."""
        low, high = ends(series)
        under = -np.inf if self.below is None else self.below - high
        over = -np.inf if self.above is None else low - self.above
        unknown = np.isnan(high) | np.isnan(low)
        return np.where(unknown, -np.inf, under), np.where(unknown, -np.inf, over)


def ends(series: Series) -> tuple[Floats, Floats]:
    """Return the ends of the intervals; an estimate without one is a point."""
    current = series.current
    low = np.where(np.isnan(current.low), current.value, current.low)
    high = np.where(np.isnan(current.high), current.value, current.high)
    return low, high
