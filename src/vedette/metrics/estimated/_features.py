"""Where rows lie in the features: shares of places for windows, places of sampled rows, and their effect."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from vedette.estimation.curve import fit_curves
from vedette.estimation.effect import FeatureEffect, fit_effect
from vedette.inference.interval import FloatArray
from vedette.summaries.base import State, Summary
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.summaries.sample import NO_KEY, Sample
from vedette.summaries.score_bins import ScoreBins

Places = npt.NDArray[np.intp]
#: Groups of scores whose residuals are looked at one by one.
_GROUPS = 20
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


def effect_of(
    sample: State, score: ScoreBins, columns: Mapping[str, Summary]
) -> tuple[FeatureEffect, Places] | None:
    """Return the effect of the columns on labels beyond the score among sampled rows, and the group of each bin.

    None where no sampled row is labelled. The latest answer is kept: eight metrics ask for the same one.
    """
    for known, asked, answer in _latest:
        if known is sample and asked == (score, *columns.values()):
            return answer
    answer = _fitted(sample, score, columns)
    _latest[:] = [(sample, (score, *columns.values()), answer)]
    return answer


_latest: list[tuple[State, tuple[Summary, ...], tuple[FeatureEffect, Places] | None]] = []


def _fitted(
    sample: State, score: ScoreBins, columns: Mapping[str, Summary]
) -> tuple[FeatureEffect, Places] | None:
    assert isinstance(sample.spec, Sample)
    categories = dict(sample.spec.categories)
    if score.label not in categories or score.score not in sample.spec.numbers:
        return None
    label = sample["codes"][0][:, list(categories).index(score.label)]
    rows = np.flatnonzero((sample["keys"][0] != NO_KEY) & (label >= 0))
    bins = score.binning.find(sample["numbers"][0][rows, sample.spec.numbers.index(score.score)]).astype(
        np.intp
    )
    names = np.asarray(categories[score.label])
    positive = (names[label[rows]] == score.classes[-1]).astype(float)
    size = score.binning.size
    if not len(rows):
        return None
    count = np.bincount(bins, minlength=size)
    curve = fit_curves(np.bincount(bins, positive, size), count)
    group = np.minimum((np.cumsum(count) - count / 2) / len(rows) * _GROUPS, _GROUPS - 1).astype(np.intp)
    residual = np.zeros((len(rows), _GROUPS))
    residual[np.arange(len(rows)), group[bins]] = positive - curve.rate[0][bins]
    places, first = [], 0
    for spec in columns.values():
        places.append(first + _places(sample, spec, rows))
        first += int(_group(spec).max()) + 1
    return fit_effect(np.stack(places, axis=1), residual, first), group


def _places(sample: State, spec: Summary, rows: Places) -> Places:
    """Return the place of sampled rows in one column, numbered from 0."""
    assert isinstance(sample.spec, Sample)
    if isinstance(spec, Histogram):
        values = sample["numbers"][0][rows, sample.spec.numbers.index(spec.column)]
        return np.asarray(_group(spec)[spec.binning.find(values)])
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
