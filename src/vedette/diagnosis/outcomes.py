"""Tables of score (or predicted class) by true class: what the model-level tests read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.engine.cube import TOTAL, Cube
from vedette.errors import VedetteError
from vedette.layout import Layout
from vedette.summaries.base import State, Summary

Floats = npt.NDArray[np.float64]


def outcome_spec(layout: Layout) -> Summary | None:
    """Return the summary behind the tables: score bins of a binary model, else predicted by true class."""
    if layout.task not in ("binary", "multiclass") or len(layout.classes) < 2:
        return None
    try:
        return layout.score_bins() if layout.task == "binary" and layout.score else layout.confusion()
    except VedetteError:
        return None


def tables(cube: Cube, layout: Layout, dimension: str = TOTAL) -> Floats | None:
    """Return counts of shape (cells, bins, k + 1): about ten score bins (or predicted classes) by true class.

    The last column counts rows without a usable label. None where the counts were not made.
    """
    spec = outcome_spec(layout)
    state = cube.state(spec, dimension) if spec is not None else None
    if state is None:
        return None
    return _by_score(state, layout) if layout.task == "binary" and layout.score else _by_class(state)


def accuracies(cube: Cube, layout: Layout, dimension: str = TOTAL) -> Floats | None:
    """Return counts of shape (cells, bins, 2): labelled rows and errors by score bin or predicted class."""
    spec = outcome_spec(layout)
    state = cube.state(spec, dimension) if spec is not None else None
    if state is None:
        return None
    if layout.task == "binary" and layout.score:
        counts = np.asarray(state["counts"], float)
        errors = counts[:, :, 0, 1] + counts[:, :, 1, 0]
        both = np.stack((counts[..., :2].sum((2, 3)), errors), axis=2)
        return _grouped(both, layout)
    counts = np.asarray(state["counts"], float)
    k = counts.shape[1] - 1
    labelled = counts[:, :k, :k].sum(2)
    hits = counts[:, np.arange(k), np.arange(k)]
    return np.stack((labelled, labelled - hits), axis=2)


def _by_score(state: State, layout: Layout) -> Floats:
    return _grouped(np.asarray(state["counts"], float).sum(2), layout)


def _grouped(counts: Floats, layout: Layout) -> Floats:
    """Return fine score bins joined to coarse ones; rows without a score are left out."""
    starts = np.asarray(layout.column(str(layout.score)).coarse or (0,))
    joined: Floats = np.add.reduceat(counts[:, :-1], starts, axis=1)
    return joined


def _by_class(state: State) -> Floats:
    counts = np.asarray(state["counts"], float)
    k = counts.shape[1] - 1
    return np.concatenate((counts[:, :k, :k], counts[:, :k, k:].sum(2, keepdims=True)), axis=2)
