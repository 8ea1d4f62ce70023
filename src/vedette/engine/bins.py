"""A column's counts in a few coarse bins: what a detector follows, and what a diagnosis weighs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram

Floats = npt.NDArray[np.float64]

#: Categories that have a bin of their own; the rest count together.
TOP = 20
#: Coarse bins under which values outside the reference's range have bins of their own.
FEW = 5


def coarse(state: State) -> Floats:
    """Return coarse counts of shape (cells, bins), the last bin for missing."""
    spec, counts = state.spec, state["counts"].astype(float)
    if isinstance(spec, Histogram):
        starts = np.asarray(spec.coarse or (0,))
        if len(starts) < FEW:  # else a column that was all but constant could go anywhere unseen
            starts = np.unique((0, 1, *starts, counts.shape[1] - 2))
        inside = np.add.reduceat(counts[:, :-1], starts, axis=1)
        return np.column_stack((inside, counts[:, -1]))
    assert isinstance(spec, Categories)
    top = min(TOP, len(spec.known))
    rest = counts[:, top : len(spec.known) + 1].sum(1)
    return np.column_stack((counts[:, :top], rest, counts[:, -2:]))


def values(state: State) -> Floats:
    """Return coarse counts of the rows that have a value, shape (cells, bins).

    The last bin holds what the reference has not: numbers outside its range, unseen categories. A few rows there say
    more than as many in a bin that is a tenth of the reference.
    """
    spec = state.spec
    if not isinstance(spec, Histogram):
        return coarse(state)[:, :-1]
    counts = state["counts"].astype(float)
    below, inside, above = counts[:, 0], counts[:, 1:-2], counts[:, -2]
    if not inside.shape[1]:  # the reference has no number at all: all are new
        return np.column_stack((np.zeros(len(counts)), below))
    starts = np.maximum(np.asarray(spec.coarse or (0,)) - 1, 0)
    return np.column_stack((np.add.reduceat(inside, starts, axis=1), below + above))


def presence(state: State) -> Floats:
    """Return counts of rows with and without a value, shape (cells, 2)."""
    counts = state["counts"].astype(float)
    return np.column_stack((counts[:, :-1].sum(1), counts[:, -1]))


def expected(state: State) -> Floats:
    """Return the `values` of a reference as a law for other rows.

    A reference has nothing outside its range and no unseen category by construction, other rows have: about as many
    as the reference has rows that would be new had they been left out, which are its two outermost numbers, and
    categories that it holds once (Good and Turing, doi:10.1093/biomet/40.3-4.237). With 500 rows of a column of 200
    categories that is every tenth row, and not counting it would raise an alarm in the first window.
    """
    counts, spec = values(state), state.spec
    if isinstance(spec, Histogram):
        for place in (0, counts.shape[1] - 2):
            holding = np.flatnonzero(counts[:, place])
            if len(holding):
                left_out = min(counts[holding[0], place], 1.0)
                counts[holding[0], place] -= left_out
                counts[holding[0], -1] += left_out
        return counts
    assert isinstance(spec, Categories)
    fine, top = state["counts"][:, : len(spec.known)].astype(float), min(TOP, len(spec.known))
    once = fine.sum(0) == 1
    counts[:, :top] -= fine[:, :top] * once[:top]
    counts[:, top] -= (fine[:, top:] * once[top:]).sum(1)
    counts[:, -1] += (fine * once).sum(1)
    return counts
