"""A distribution that moved from the reference: real, and big enough to care."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vedette.rules.base import Rule, Series
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Level


class Shift(Rule, frozen=True, kw_only=True):
    """A distance from the reference that chance does not explain and whose low end exceeds a size.

    Attributes
    ----------
    small, medium, large : float
        Sizes of the population stability index that are called small, medium and large; below `small` nothing is
        reported however certain it is. A large shift is acted on, a smaller one watched.
    alpha : float
        Bound on the probability of any false finding among everything looked at.
    """

    weighs_evidence: ClassVar[bool] = True

    metrics: tuple[str, ...] = ("psi",)
    small: float = 0.02
    medium: float = 0.1
    large: float = 0.25
    alpha: float = 0.01

    def applies(self, series: Series) -> bool:
        """Tell whether the series is a distance from the reference."""
        return super().applies(series) and series.compares

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach."""
        low = np.nan_to_num(series.current.low, nan=-np.inf)
        return (np.nan_to_num(series.evidence, nan=1.0) <= self.alpha) & (low > self.small)

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        estimate = series.current[worst]
        assert estimate.low is not None
        size = "large" if estimate.low > self.large else "medium" if estimate.low > self.medium else "small"
        level: Level = "act" if size == "large" else "watch"
        sentence = Sentence.of(
            f"shift.{size}",
            column=series.column or "",
            segment=str(series.segment or ""),
            title=series.title,
            now=estimate.spanned(),
        )
        return Finding.saying(
            sentence,
            rule="shift",
            metric=series.metric,
            level=level,
            column=series.column,
            segment=series.segment,
            current=estimate,
            effect=estimate,
            evidence=float(series.evidence[worst]),
        )
