"""What all metrics without labels share: which band, where the reference must reach, and what features say."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from vedette.errors import ConfigError
from vedette.estimation.coverage import beyond_reach, uncovered
from vedette.inference.interval import FloatArray
from vedette.layout import Layout
from vedette.metrics.base import Metric, States
from vedette.metrics.estimated._features import shares
from vedette.summaries.base import State, Summary

Band = Literal["expected", "realised"]
Gate = Literal["features", "score", "none"]
BANDS: tuple[Band, ...] = ("expected", "realised")
GATES: tuple[Gate, ...] = ("features", "score", "none")

#: A window is out of reach where less than this part of the reference is like its rows.
REACH = 0.1
#: Entries of the reference's sampled rows that are kept to tell the effect of the features, and rows at most.
ENTRIES, SAMPLE = 1_000_000, 20_000
#: With more columns than this nothing is corrected by them: their effects could not be told apart.
MOST_COLUMNS = 40
#: What stands before the name of a feature column among the states.
COLUMN = "column:"


class LabelFree(Metric, frozen=True, kw_only=True):
    """A metric of labels, estimated where there are none.

    Attributes
    ----------
    band : "expected" or "realised"
        What the interval holds: the performance that is to be expected of such rows, or the number that their labels
        will show (by the luck of these rows as well, hence wider).
    gate : "features", "score" or "none"
        Where the reference must reach for there to be a value: each feature and the score or prediction, the latter
        alone, or nowhere.
    adjust : bool
        Whether the estimate is corrected by what the features say beyond the score or prediction, as far as the
        reference keeps a sample of its rows; never with more than 40 feature columns. It and ``gate="features"``
        count every feature column.
    """

    compares: ClassVar[bool] = True

    band: Band = "expected"
    gate: Gate = "features"
    adjust: bool = True

    def __post_init__(self) -> None:
        if self.band not in BANDS or self.gate not in GATES:
            raise ConfigError(
                f"{self.name} has band={self.band!r} and gate={self.gate!r}",
                f"band is one of {', '.join(BANDS)}, gate one of {', '.join(GATES)}",
                "Correct the parameter",
                code="metric.bad-parameter",
            )

    def column_bins(self, layout: Layout) -> dict[str, Summary]:
        """Return the bins of the features that gate and correction look at."""
        if not self.adjust and self.gate != "features":
            return {}
        return {f"{COLUMN}{name}": layout.bins(name) for name in _features(layout)}

    def remembers(self, layout: Layout) -> dict[str, Summary]:
        """Return the sample of the reference's rows that tells the effect of the features."""
        if not self.adjust or not 0 < len(_features(layout)) <= MOST_COLUMNS:
            return {}
        return {"sample": layout.sample(min(SAMPLE, ENTRIES // len(layout.monitored())))}

    def out_of_reach(self, current: States, reference: States) -> npt.NDArray[np.bool_]:
        """Tell which cells hold rows that the reference does not reach."""
        found = np.zeros(len(next(iter(current.values()))), bool)
        for name, state in current.items():
            if self.gate == "none" or (self.gate == "score" and name.startswith(COLUMN)):
                continue
            counts, known = (rows_by_bin(s) for s in (state, reference[name]))
            found |= beyond_reach(uncovered(counts, known), counts.sum(axis=1))
        return found


def _features(layout: Layout) -> list[str]:
    suited = (c for c in layout.columns if c.role in {"feature", "segment"})
    return [c.name for c in suited if c.kind in {"number", "category"}]


def columns_of(states: States) -> dict[str, State]:
    """Return the states of feature columns."""
    return {name: state for name, state in states.items() if name.startswith(COLUMN)}


def away(current: States, reference: States, rows: FloatArray) -> FloatArray:
    """Return by how much the shares of places have moved, shape (cells, places); not at all where there are no rows."""
    columns = columns_of(current)
    moved = shares(columns) - shares({name: reference[name] for name in columns})
    return np.where(rows[:, None] > 0, moved, 0.0)


def rows_by_bin(state: State) -> FloatArray:
    """Return the rows by bin, shape (cells, bins)."""
    if "sums" in state.arrays:
        return np.asarray(state["sums"][..., 0])
    if "labelled" in state.arrays:  # several classes: bins of the predicted class's score
        own = np.einsum("gppb->gpb", state["rows"])
        return np.asarray(own.reshape(len(state), -1), np.float64)
    counts = state["counts"]
    return np.asarray(counts.reshape(*counts.shape[:2], -1).sum(axis=2), np.float64)
