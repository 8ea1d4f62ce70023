"""Columns that the model's answers do not hang on, as far as its errors in the reference tell."""

from __future__ import annotations

import numpy as np

from vedette.engine.baseline import Baseline
from vedette.engine.bins import coarse
from vedette.errors import VedetteError
from vedette.inference.noncentral import noncentral_chi2_interval
from vedette.summaries.base import State

#: Variation of the loss between the bins of a column, in units of the variation within them, that is none.
NONE = 0.005


def indifferent(baseline: Baseline, column: str) -> bool:
    """Tell whether the model errs as much in every bin of a column, for certain.

    It answers whether a broken column can be why the model fell: one on which its errors do not depend is not.
    It misleads where errors are spread evenly by chance of the model's shape, and cannot tell a column the model
    reads from one that goes along with it. Without enough labelled rows of the reference nothing is certain, and the
    answer is False.

    Notes
    -----
    The losses by bin give a chi-square statistic of homogeneity; the upper end of the 95 % interval of its
    noncentrality, by labelled row, must be below `NONE`.
    """
    losses = _losses(baseline, column)
    if losses is None:
        return False
    labelled, loss, squares = (one[losses[0] > 0] for one in losses)
    rows = labelled.sum()
    if len(labelled) < 2 or not rows:
        return False
    mean = loss.sum() / rows
    within = squares.sum() / rows - mean**2
    if within <= 0:
        return False
    statistic = np.sum((loss - labelled * mean) ** 2 / labelled) / within
    most = float(noncentral_chi2_interval(statistic, len(labelled) - 1)[1])
    return most / float(rows) < NONE


def _losses(
    baseline: Baseline, column: str
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...] | None:
    """Return labelled rows, the sum of their losses and of the squares, each of shape (bins,)."""
    try:
        spec = baseline.layout.bin_losses(column)
    except VedetteError:
        return None
    known = baseline.cube.state(spec) if spec is not None else None
    if spec is None or known is None:
        return None
    names = ("labelled", "loss", "squares" if "squares" in spec.fields() else "loss")  # an error is 0 or 1
    labelled, loss, squares = (coarse(State(spec.bins, {"counts": known[name]}))[0] for name in names)
    return labelled, loss, squares
