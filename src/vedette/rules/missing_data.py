"""Windows in which far fewer rows arrived than usual."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from vedette.rules.base import Rule, Series
from vedette.sentences.sentence import Sentence
from vedette.values import Finding, Floats, Level


class MissingData(Rule, frozen=True, kw_only=True):
    """Rows of a window fall under a share of the usual number.

    Attributes
    ----------
    share : float
        Share of the median window under which data count as missing; 0 reports only empty windows.

    Notes
    -----
    The usual number is the median over the series itself, so that no reference volume is needed; with fewer than
    five windows only empty ones are reported.
    """

    level: ClassVar[Level] = "watch"

    metrics: tuple[str, ...] = ("row_count",)
    share: float = 0.5

    def applies(self, series: Series) -> bool:
        """Tell whether the series counts all rows."""
        return super().applies(series) and series.segment is None

    def known(self, series: Series) -> npt.NDArray[np.bool_]:
        """Every window counts: one without rows is what this rule is for."""
        return np.ones(len(series.windows), bool)

    def breached(self, series: Series) -> npt.NDArray[np.bool_]:
        """Return which windows breach."""
        rows = self._rows(series)
        counted = series.kept(np.ones(len(rows), bool))
        inner = rows[1:-1][counted[1:-1]] if len(rows) >= 5 else rows[:0]  # the outermost windows may be cut
        usual = float(np.median(inner)) if len(inner) else 0.0
        few: npt.NDArray[np.bool_] = (rows == 0) | (rows < self.share * usual)
        few[[0, -1]] &= rows[[0, -1]] == 0
        return few

    def severity(self, series: Series) -> Floats:
        """Return how few rows there are."""
        return -self._rows(series)

    def finding(self, series: Series, worst: int) -> Finding:
        """Return the finding of a run."""
        rows = self._rows(series)
        sentence = Sentence.of("rows.alone", rows=float(rows[worst]))
        if len(rows) > 1:
            usual, window = float(np.median(rows)), series.windows[worst].label
            sentence = Sentence.of("rows.few", rows=float(rows[worst]), window=window, usual=usual)
        return Finding.saying(
            sentence,
            rule="missing_data",
            metric=series.metric,
            level="act" if rows[worst] == 0 else self.level,
            current=series.current[worst],
        )

    def _rows(self, series: Series) -> Floats:
        return np.nan_to_num(series.current.value, nan=0.0)
