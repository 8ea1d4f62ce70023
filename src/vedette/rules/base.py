"""What a rule is: a frozen spec that folds a series into findings, and how many breaches of how many it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.errors import ConfigError
from vedette.values import Direction, Estimate, Estimates, Finding, Floats, Level, Segment, Window


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Estimates of one metric, column and segment in time order, with what a rule may know about them.

    Attributes
    ----------
    metric, title, unit : str
    better : str
        Which direction is better.
    compares : bool
        Whether the estimates are distances from the reference.
    proportion : bool
        Whether the metric lives in [0, 1].
    windows : tuple of Window
    current : Estimates of shape (windows,)
    reference : Estimate, optional
    noise : float
        Standard deviation between windows of the reference beyond what their rows explain.
    evidence : ndarray of shape (windows,)
        p-value of "nothing changed" adjusted over everything looked at; nan where there is none.
    skip : ndarray of shape (windows,), optional
        Windows that a calendar leaves out: nothing is concluded from them.
    """

    metric: str
    title: str
    unit: str = ""
    better: Direction = "neither"
    compares: bool = False
    proportion: bool = False
    column: str | None = None
    segment: Segment | None = None
    windows: tuple[Window, ...]
    current: Estimates
    reference: Estimate | None = None
    noise: float = 0.0
    evidence: Floats
    skip: npt.NDArray[np.bool_] | None = None

    def kept(self, mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return a mask of windows without those that are left out."""
        return mask if self.skip is None else mask & ~self.skip

    @property
    def subject(self) -> dict[str, str]:
        """Return what the series is about, as a sentence holds it."""
        named = {"title": self.title, "column": self.column or "", "segment": str(self.segment or "")}
        return {key: value for key, value in named.items() if value}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A condition on each window of a series, and how often it must hold.

    Attributes
    ----------
    metrics : tuple of str
        Metrics it looks at; empty means every one it applies to.
    breaches, of : int
        It fires when `breaches` of the last `of` windows with a value breach ("N of M").
    name : str
        By which rules that join conditions refer to it.
    """

    #: Level of a finding unless the rule says otherwise.
    level: ClassVar[Level] = "watch"
    #: Whether it fires only where adjusted evidence is at most its `alpha`; other series are not even made.
    weighs_evidence: ClassVar[bool] = False

    metrics: tuple[str, ...] = ()
    breaches: int = 1
    of: int = 1
    name: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.breaches <= self.of:
            raise ConfigError(
                f"A rule wants {self.breaches} breaches of {self.of} windows",
                "At least 1, at most as many as windows",
                f"Write breaches = {max(self.breaches, 1)}, of = {max(self.breaches, self.of, 1)}",
                code="rules.never-fires",
            )

    def applies(self, series: Series) -> bool:
        """Tell whether the rule looks at this series."""
        return not self.metrics or series.metric in self.metrics

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach, shape (windows,)."""
        raise NotImplementedError

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding for a run of firing windows whose worst is `worst`."""
        raise NotImplementedError

    def known(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows count at all: those with a value."""
        return series.current.reason < 0

    def severity(self, series: Series) -> Floats:
        """Return how bad each window is, to pick the worst of a run."""
        return np.nan_to_num(np.abs(series.current.value), nan=-np.inf)

    def horizon(self, width: int) -> int:
        """Return how many windows, `width` microseconds long, it learns from; 0 where the few at hand are enough."""
        return 0

    def leaves(self) -> tuple[Rule, ...]:
        """Return the simple rules it is made of: itself, unless it joins several."""
        return (self,)

    def fold(self, series: Series) -> Iterator[Finding]:
        """Yield one finding for each run of windows in which the rule fires."""
        if not self.applies(series):
            return
        breached, known = series.kept(self.breached(series)), series.kept(self.known(series))
        fires = firing(breached, known, self.breaches, self.of)
        severity = self.severity(series)
        for start, end in runs(fires):
            worst = start + int(np.argmax(severity[start:end]))
            found = self.finding(series, worst)
            many = len(series.windows) > 1
            yield msgspec.structs.replace(
                found,
                window=series.windows[start] if many else None,
                until=series.windows[end - 1] if many else None,
            )


def firing(
    breached: npt.NDArray[np.bool_], known: npt.NDArray[np.bool_], breaches: int, of: int
) -> npt.NDArray[np.bool_]:
    """Return in which windows at least `breaches` of the last `of` known windows breach.

    A window without a value neither breaches nor resets: the run goes on as it was.

    Examples
    --------
    >>> firing(np.array([True, False, True, True]), np.ones(4, bool), 2, 3)
    array([False, False,  True,  True])
    """
    places = np.flatnonzero(known)
    total = np.concatenate(([0], np.cumsum(breached[places])))
    recent = total[1:] - total[np.maximum(np.arange(1, len(places) + 1) - of, 0)]
    state = np.zeros(len(known), bool)
    fires = recent >= breaches
    current = False
    for place, fire in zip(places, fires, strict=True):
        state[place] = fire
    for i in range(len(state)):
        current = state[i] if known[i] else current
        state[i] = current
    return state


def runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the half-open spans in which `mask` is true.

    Examples
    --------
    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
