"""Labels that should have come by now."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vedette.alerts.spans import micros
from vedette.rules._slots import is_timed
from vedette.rules.base import Rule, Series
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Floats, Level


class LateLabels(Rule, frozen=True, kw_only=True):
    """Windows older than labels take have fewer labels than usual.

    Attributes
    ----------
    delay : str
        How long labels take, ``"5d"``. A monitor with ``label_delay`` in ``[windows]`` has this rule by itself.
    share : float
        Share of the usual label coverage under which labels count as late.

    Notes
    -----
    A window's age is told by the end of the newest window. The usual coverage is the median of the windows that are
    old enough, the window itself among them; with fewer than three of those only windows without labels are reported.
    The whole interval of the coverage must lie below. Windows of rows have no age.
    """

    level: ClassVar[Level] = "watch"

    metrics: tuple[str, ...] = ("label_coverage",)
    delay: str = "0d"
    share: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        micros(self.delay)

    def applies(self, series: Series) -> bool:
        """Tell whether the series counts the labels of all rows over time."""
        return super().applies(series) and series.segment is None and is_timed(series.windows)

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach."""
        old = self._old(series)
        high = np.where(np.isnan(series.current.high), series.current.value, series.current.high)
        limit = self.share * self._usual(series)
        few = (np.nan_to_num(high, nan=np.inf) < limit) | (series.current.value == 0)
        late: npt.NDArray[np.bool_] = old & few
        return late

    def severity(self, series: Series) -> Floats:
        """Return how few labels there are."""
        return -np.nan_to_num(series.current.value, nan=1.0)

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        now = series.current[worst]
        sentence = Sentence.of(
            "labels.late",
            now=now.value,
            window=series.windows[worst].label,
            delay=self.delay,
            usual=self._usual(series),
        )
        return Finding.saying(
            sentence,
            rule="late_labels",
            metric=series.metric,
            level="act" if now.value == 0 else self.level,
            current=now,
        )

    def _old(self, series: Series) -> npt.NDArray[np.bool_]:
        age = series.windows[-1].end - np.array([w.end for w in series.windows], np.int64)
        old: npt.NDArray[np.bool_] = age >= micros(self.delay)
        return old

    def _usual(self, series: Series) -> float:
        old = self._old(series) & (series.current.reason < 0)
        return float(np.median(series.current.value[old])) if old.sum() >= 3 else 0.0
