"""Where rows lie in the features: shares of places for windows, and places of sampled rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.summaries.base import State, Summary
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.summaries.sample import Sample

Places = npt.NDArray[np.intp]
#: Categories that are places of their own; the others share one.
_TOP = 12


def shares(states: Mapping[str, State]) -> FloatArray:
    """Return the share of the rows in each place, columns side by side, shape (cells, places); 0 of no rows."""
    found = []
    for state in states.values():
        group = _group(state.spec)
        sums = np.stack(
            [state["counts"][:, group == place].sum(axis=1) for place in range(group.max() + 1)], axis=1
        )
        found.append(sums / np.maximum(sums.sum(axis=1, keepdims=True), 1e-300))
    return np.concatenate(found, axis=1)


def number(sample: State, column: str) -> FloatArray:
    """Return a number column of the sampled rows, shape (k,)."""
    assert isinstance(sample.spec, Sample)
    return np.asarray(sample["numbers"][0][:, sample.spec.numbers.index(column)])


def places_of(sample: State, columns: Mapping[str, Summary], rows: Places) -> tuple[Places, int]:
    """Return the place of sampled rows in each column, shape (rows, columns), and the number of places."""
    places, first = [], 0
    for spec in columns.values():
        places.append(first + _places(sample, spec, rows))
        first += int(_group(spec).max()) + 1
    return np.stack(places, axis=1), first


def _places(sample: State, spec: Summary, rows: Places) -> Places:
    """Return the place of sampled rows in one column, numbered from 0."""
    assert isinstance(sample.spec, Sample)
    if isinstance(spec, Histogram):
        return np.asarray(_group(spec)[spec.binning.find(number(sample, spec.column)[rows])])
    assert isinstance(spec, Categories)
    column = [name for name, _ in sample.spec.categories].index(spec.column)
    code, known = sample["codes"][0][rows, column], len(spec.known)
    slot = np.where(code < 0, known + np.where(code == -1, 2, 1), np.minimum(code, known))
    return np.asarray(_group(spec)[slot])


def _group(spec: Summary) -> Places:
    """Return the place of each count of a column's state."""
    if isinstance(spec, Histogram):
        group = np.searchsorted(spec.coarse, np.arange(spec.binning.size), side="right") - 1
        group[-1] = max(len(spec.coarse), 1)
        return np.maximum(group, 0)
    assert isinstance(spec, Categories)
    known = np.minimum(np.arange(len(spec.known) + 1), _TOP)
    return np.concatenate((known, [known[-1] + 1, known[-1] + 2]))
