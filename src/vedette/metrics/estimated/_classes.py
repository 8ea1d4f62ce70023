"""Several classes without labels: the confusion table to expect from scores, and how uncertain a metric of it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vedette.estimation.band import curve_variance
from vedette.estimation.curve import Curve, fit_curves
from vedette.inference.interval import FloatArray
from vedette.metrics.base import over
from vedette.summaries.base import State
from vedette.summaries.class_bins import ClassBins

#: With more classes the counts of a window take megabytes.
MOST_CLASSES = 20
#: Step of numeric slopes, as a part of the rows, and tables read at a time.
_STEP, _TABLES = 1e-4, 20_000

#: From tables (n, k, k) of predicted by true class to a metric, shape (n,).
Reader = Callable[[FloatArray], FloatArray]


class Expected(NamedTuple):
    """The confusion table to expect, and what it is made of.

    ``table`` (cells, k, k) is of predicted by true class; ``rate`` (cells, k, 2, bins) the probability that a row is of
    class k by the bin of that class's score, where k is not (0) and is (1) the predicted one; ``factor`` (cells, k) is
    by how much the classes that were not predicted are scaled, so that the row of the table adds up.
    """

    table: FloatArray
    rate: FloatArray
    factor: FloatArray


def curves_of(reference: State) -> Curve:
    """Return the calibration curves of every class, where it is not and where it is predicted, (cells * k * 2, bins).

    A curve that no labelled row tells is at one half and quite uncertain.
    """
    labelled = reference["labelled"].astype(np.float64)
    flat = labelled.reshape(-1, *labelled.shape[-2:])
    curve = fit_curves(flat[..., 1], flat.sum(axis=2))
    unknown = np.isnan(curve.rate)
    return Curve(np.where(unknown, 0.5, curve.rate), curve.block, np.where(unknown, 0.25, curve.variance))


def expected_table(current: State, curve: Curve) -> Expected:
    """Return the confusion table to expect of unlabelled rows.

    How often the predicted class is right comes from the bin of its own score; what is left is dealt to the other
    classes by what their scores promise.
    """
    rows = current["rows"].astype(np.float64)
    cells, k, _, bins = rows.shape
    rate = np.broadcast_to(curve.rate.reshape(-1, k, 2, bins), (cells, k, 2, bins))
    own = np.eye(k, dtype=bool)
    right = np.einsum("gppb,gpb->gp", rows, rate[:, :, 1])
    others = np.where(own, 0.0, np.einsum("gpkb,gkb->gpk", rows, rate[:, :, 0]))
    left = np.einsum("gppb->gp", rows) - right
    factor = np.nan_to_num(over(left, others.sum(axis=2)))
    table = others * factor[..., None]
    nothing = (others.sum(axis=2) <= 0) & (left > 0)
    table += np.where(nothing, left / max(k - 1, 1), 0.0)[..., None] * ~own
    table[:, own] = right
    return Expected(table, rate, factor)


def pulls(table: FloatArray, read: Reader) -> FloatArray:
    """Return by how much a metric moves for one row more in each place of the table, shape (cells, k, k)."""
    cells, k, _ = table.shape
    step = np.maximum(_STEP * table.sum(axis=(1, 2)), 1e-6)
    moves = np.eye(k * k).reshape(-1, k, k)
    found = np.empty((cells, k * k))
    base = read(table)
    most = max(_TABLES // (k * k), 1)
    for first in range(0, cells, most):
        at = slice(first, first + most)
        more = table[at, None] + step[at, None, None, None] * moves
        found[at] = (read(more.reshape(-1, k, k)).reshape(-1, k * k) - base[at, None]) / step[at, None]
    return np.nan_to_num(found).reshape(table.shape)


def variances(
    current: State, expected: Expected, curve: Curve, pull: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the variance that the curves' error gives a metric, and that of the rows' own luck, each (cells,).

    `pull` is of `pulls`. One row more among the right of a predicted class is one less among the others, in the
    proportions they have; one more of another class takes from the rest of the others.
    """
    rows = current["rows"].astype(np.float64)
    cells, k, _, bins = rows.shape
    own = np.eye(k, dtype=bool)
    others = np.where(own, 0.0, expected.table)
    share = np.nan_to_num(over(others, others.sum(axis=2, keepdims=True)))
    mean = (share * pull).sum(axis=2)
    right = np.einsum("gpp->gp", pull) - mean
    wrong = np.where(own, 0.0, (pull - mean[..., None]) * expected.factor[..., None])
    held = np.einsum("gppb->gpb", rows)
    moved = np.stack((np.einsum("gpkb,gpk->gkb", rows, wrong), held * right[..., None]), axis=2)
    shape, whole = (-1, k, 2, bins), moved.shape
    tiled = Curve(
        np.broadcast_to(curve.rate.reshape(shape), whole).reshape(-1, bins),
        np.broadcast_to(curve.block.reshape(shape), whole).reshape(-1, bins),
        np.broadcast_to(curve.variance.reshape(shape), whole).reshape(-1, bins),
    )
    of_curves = (
        curve_variance(np.ones((1, 1, 1)), moved.reshape(-1, bins, 1), tiled).reshape(cells, -1).sum(axis=1)
    )
    rate = expected.rate[:, :, 1]
    spread = (share * pull**2).sum(axis=2) - mean**2
    of_rows = (held * rate * (1 - rate)).sum(axis=2) * right**2 + (held * (1 - rate)).sum(axis=2) * spread
    return of_curves, np.asarray(of_rows.sum(axis=1))


def classes_of(state: State) -> tuple[str, ...]:
    """Return the classes of a state."""
    assert isinstance(state.spec, ClassBins)
    return state.spec.classes
