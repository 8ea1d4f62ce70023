"""Estimates that rest on labels, without those of windows whose labels are not in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.evaluate import Block
from vedette.engine.nowcasts import Nowcasts
from vedette.metrics.base import Metric
from vedette.values import REASONS

#: Metrics that say how many labels there are, which is known at any age.
_OF_COVERAGE = ("label_coverage",)


def only_mature(blocks: list[Block], nowcasts: Nowcasts | None, labels: Sequence[str]) -> list[Block]:
    """Return the blocks in which metrics of labels have no value where less than 95 % of the labels must be in.

    Half of the labels are not half of the truth: where one class is known sooner, they are another population. What
    may be said of such a window is its nowcast.
    """
    if nowcasts is None:
        return blocks
    young = ~nowcasts.mature
    if not young.any() or len(blocks) == 0 or len(blocks[0].windows) != len(young):
        return blocks
    return [without(b, young) if reads_labels(b.metric, labels) else b for b in blocks]


def reads_labels(metric: Metric, labels: Sequence[str]) -> bool:
    """Tell whether a metric is of labels: of the model by its labels, or of the label's own column."""
    if metric.name in _OF_COVERAGE:
        return False
    if metric.scope == "column":
        return metric.column in labels
    return bool(getattr(metric, "needs_label", False)) and not metric.compares


def without(block: Block, young: npt.NDArray[np.bool_]) -> Block:
    """Return a block without the values of some windows, ``young`` of shape (windows,)."""
    if not young.any():
        return block
    where = np.repeat(young, len(block.current) // len(young))
    was = block.current
    arrays = {f: np.where(where, np.nan, getattr(was, f)) for f in ("value", "low", "high", "p")}
    reason = np.where(where, REASONS.index("immature"), was.reason).astype(np.int8)
    return msgspec.structs.replace(block, current=msgspec.structs.replace(was, **arrays, reason=reason))
