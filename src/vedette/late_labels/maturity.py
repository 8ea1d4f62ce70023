"""How complete the labels of a window are by now, and what may be said from it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray
from vedette.late_labels.delay_law import DelayLaw

Stage = Literal["pending", "provisional", "final"]
STAGES: tuple[Stage, ...] = ("pending", "provisional", "final")
#: From this maturity on a window is provisional, from that on final.
PROVISIONAL, FINAL = 0.2, 0.95


def maturity(rows: npt.ArrayLike, rate: npt.ArrayLike, law: DelayLaw) -> FloatArray:
    """Return the share of the labels to come that must be in by now, shape (windows,); nan of no rows.

    It follows from the ages of the rows and the delay law, not from the labels that are in: a broken label feed does
    not make a window young.

    Parameters
    ----------
    rows : array_like of shape (windows, strata, ages)
        Rows by age.
    rate : array_like of shape (windows, strata)
        Expected share of positives.
    law : DelayLaw

    Examples
    --------
    >>> from vedette.late_labels.delay_law import unknown_law
    >>> maturity([[[3, 1]], [[0, 4]]], [[0.5], [0.5]], unknown_law(1, 2, 1)).tolist()
    [0.25, 1.0]
    """
    rows, rate = np.asarray(rows, float), np.asarray(rate, float)
    comes = (1 - law.never)[None, :, None] * rows
    mean = rate[..., None] * law.known[None, :, 1] + (1 - rate[..., None]) * law.known[None, :, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((comes * mean).sum(axis=(1, 2)) / comes.sum(axis=(1, 2)))


def stages(share: npt.ArrayLike) -> list[Stage]:
    """Return what a maturity allows: the label-free number alone, a nowcast, or the labels themselves.

    Examples
    --------
    >>> stages([0.1, 0.5, 0.97, float("nan")])
    ['pending', 'provisional', 'final', 'final']
    """
    found = np.nan_to_num(np.asarray(share, float), nan=1.0)
    return [STAGES[int(m >= PROVISIONAL) + int(m >= FINAL)] for m in found]
