"""A metric that got worse than on the reference by more than a tolerance, beyond doubt."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.rules.base import Rule, Series
from vedette.sentences.sentence import Sentence
from vedette.values import Estimate, Estimates, Finding, Floats, Level


class Change(Rule, frozen=True, kw_only=True):
    """The difference from the reference exceeds a tolerance, and chance does not explain it.

    Attributes
    ----------
    points : float
        Tolerated change of a metric in [0, 1], e.g. 0.01 for one point.
    share : float
        Tolerated change of any other metric, relative to its reference.
    without : tuple of str
        Metrics it does not look at. Over windows of time these are missing, unseen, out-of-range and constant values:
        they show in the bins of the distribution, whose drift the promise covers.
    alpha : float
        Bound on the probability of any false finding among everything looked at (evidence is adjusted for it).

    Notes
    -----
    A change for the better is not a finding. Metrics without a better direction fire on either side and are only
    watched.
    """

    level: ClassVar[Level] = "act"
    weighs_evidence: ClassVar[bool] = True

    points: float = 0.01
    share: float = 0.05
    without: tuple[str, ...] = ()
    alpha: float = 0.01

    def applies(self, series: Series) -> bool:
        """Tell whether the series has a reference of its own, and tells how good data are, not how many have come."""
        amount = series.unit == "rows" or series.metric == "label_coverage"  # labels come later
        if amount or series.compares or series.reference is None:
            return False
        return super().applies(series) and series.metric not in self.without

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach: evidence, and a change beyond the tolerance for the worse."""
        change = self._harm(series)
        return (np.nan_to_num(series.evidence, nan=1.0) <= self.alpha) & (change > self.tolerance(series))

    def tolerance(self, series: Series) -> float:
        """Return the tolerated change in the metric's unit."""
        assert series.reference is not None
        return self.points if series.proportion else self.share * abs(series.reference.value or 0.0)

    def severity(self, series: Series) -> Floats:
        """Return the change for the worse."""
        return np.nan_to_num(self._harm(series), nan=-np.inf)

    def evidence(
        self, current: Estimates, reference: Estimates, proportion: bool, noise: float, level: float = 0.95
    ) -> Floats:
        """Return the p-value of "the change is within the tolerance" for each estimate, shape (g,).

        The standard error is read off the two intervals on the sides that face each other; the variation between
        windows of the reference (`noise`) is added to it.
        """
        from scipy.special import ndtr, ndtri

        z = float(ndtri(0.5 + level / 2))
        then = reference.value
        low = np.where(np.isnan(reference.low), then, reference.low)
        high = np.where(np.isnan(reference.high), then, reference.high)
        difference = current.value - then
        fell = difference < 0
        mine = np.where(fell, current.high - current.value, current.value - current.low)
        other = np.where(fell, then - low, high - then)
        mine = np.where(np.isnan(mine), 0.0, mine)
        error = np.sqrt((mine**2 + other**2) / z**2 + noise**2)
        tolerance = self.points if proportion else self.share * np.abs(then)
        excess = np.maximum(np.abs(difference) - tolerance, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            surprise = np.where(error > 0, 2 * ndtr(-excess / error), np.where(excess > 0, 0.0, 1.0))
        return np.where(np.isnan(difference), np.nan, surprise)

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        now, then = series.current[worst], series.reference
        assert then is not None
        assert then.value is not None
        assert now.value is not None
        return Finding.saying(
            went(series.subject, now, then, series.unit),
            rule="change",
            metric=series.metric,
            level="watch" if series.better == "neither" or series.column else self.level,
            column=series.column,
            segment=series.segment,
            current=now,
            reference=then,
            effect=difference(now, then),
            evidence=float(series.evidence[worst]),
        )

    def _harm(self, series: Series) -> Floats:
        assert series.reference is not None
        if series.reference.value is None:
            return np.full(len(series.current), np.nan)
        difference = series.current.value - series.reference.value
        signed: dict[str, Floats] = {
            "higher": -difference,
            "lower": difference,
            "neither": np.abs(difference),
        }
        return signed[series.better]


def went(subject: dict[str, str], now: Estimate, then: Estimate, unit: str) -> Sentence:
    """Return the sentence that a metric rose or fell; that nobody knows how far where it has no value now."""
    fields = {"subject": subject, "then": then.spanned(), "unit": unit}
    if now.value is None or then.value is None:
        return Sentence.of("change.unsized", **fields)
    form = "change.rose" if now.value > then.value else "change.fell"
    return Sentence.of(form, **fields, now=now.spanned())


def difference(now: Estimate, then: Estimate) -> Estimate:
    """Return ``now - then`` with the interval of two independent estimates; no value where either has none."""
    from vedette.inference.newcombe import square_and_add

    if now.value is None or then.value is None:
        return Estimate(None, n=now.n, reason="undefined")
    bare = Estimate(now.value - then.value, n=now.n)
    if now.low is None or now.high is None or then.low is None or then.high is None:
        return bare
    low, high = square_and_add(now.value, now.low, now.high, then.value, then.low, then.high)
    return msgspec.structs.replace(bare, low=float(low), high=float(high))
