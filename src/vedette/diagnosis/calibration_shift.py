"""Whether the same scores still mean the same: labels given score bins, overall and segment by segment."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, xlogy

from vedette.inference.multiplicity import holm

Floats = npt.NDArray[np.float64]
#: A segment's change must be this many nats, and the rest's at most this part of it, to be confined to it.
LEAST, ELSEWHERE = 0.005, 0.25
#: Labelled rows that a segment needs on both sides.
SUPPORT = 100


class CalibrationShift(msgspec.Struct, frozen=True):
    """Change of the label given the score bin, one row a cell.

    Attributes
    ----------
    bias : ndarray of shape (g,)
        Observed minus expected share of the last class.
    z : ndarray of shape (g,)
        The bias in standard errors; blind to changes that cancel between bins.
    p : ndarray of shape (g,)
        p-value of the G test over all bins.
    effect : ndarray of shape (g,)
        Debiased size in nats.
    rows : ndarray of shape (g,)
        Labelled rows now.
    """

    bias: Floats
    z: Floats
    p: Floats
    effect: Floats
    rows: Floats


def calibration_shift(now: npt.ArrayLike, then: npt.ArrayLike) -> CalibrationShift:
    """Change of what a score means, given labels; blind to how often each score comes.

    Parameters
    ----------
    now, then : array_like of shape (g, bins, k)
        Labelled rows by cell, score bin and class.

    Examples
    --------
    >>> then = np.array([[[450, 50], [250, 250], [50, 450]]])
    >>> calibration_shift(then * [[[1], [2], [3]]], then).effect.tolist()
    [0.0]
    >>> float(calibration_shift(then[:, :, ::-1], then).effect.round(2)[0])  # labels inverted
    0.98
    """
    a, b = np.asarray(now, float), np.asarray(then, float)
    n, m = a.sum(2), b.sum(2)
    both = a + b
    terms = xlogy(a, a) + xlogy(b, b) - xlogy(both, both)
    g2 = 2 * (terms.sum(2) - xlogy(n, n) - xlogy(m, m) + xlogy(n + m, n + m))
    used = (n > 0) & (m > 0)
    g2 = np.where(used, g2, 0.0).sum(1)
    df = (used[..., None] & (both > 0)).sum(2).clip(1).sum(1) - a.shape[1]
    rows, past = n.sum(1), m.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        h = rows * past / (rows + past)
        effect = np.nan_to_num(np.maximum(g2 - df, 0) / (2 * h))
        expected = (b[..., -1] + 0.5) / (m + 1)
        surplus = np.where(used, a[..., -1] - n * expected, 0).sum(1)
        spread = np.where(used, n * expected * (1 - expected) * (1 + n / np.maximum(m, 1)), 0).sum(1)
        bias, z = surplus / rows, surplus / np.sqrt(spread)
    p = np.where(df > 0, chdtrc(np.maximum(df, 1), np.maximum(g2, 0)), 1.0)
    return CalibrationShift(np.nan_to_num(bias), np.nan_to_num(z), p, effect, rows)


class Confined(msgspec.Struct, frozen=True):
    """One cell that holds the change: its position, size and bias, and the size of what is left elsewhere."""

    cell: int
    effect: float
    bias: float
    share: float
    rest: float


def confined(now: Floats, then: Floats, alpha: float = 1e-3) -> Confined | None:
    """Return the cell to which a change of meaning is confined, None where it is everywhere or nowhere.

    Each cell is compared with its own past, and so are all rows outside it.

    Parameters
    ----------
    now, then : ndarray of shape (g, bins, k)
        Labelled rows of the segments of one dimension.
    """
    if len(now) < 2:
        return None
    now, then = _paired(now), _paired(then)
    inside = calibration_shift(now, then)
    rest = calibration_shift(now.sum(0) - now, then.sum(0) - then)
    big = (inside.rows >= SUPPORT) & (then.sum((1, 2)) >= SUPPORT) & (rest.rows >= SUPPORT)
    adjusted = holm(np.where(big, inside.p, np.nan))
    held = big & (adjusted < alpha) & (inside.effect > LEAST) & (rest.effect < ELSEWHERE * inside.effect)
    if not held.any():
        return None
    share = inside.rows / inside.rows.sum()
    explained = share * inside.effect - (1 - share) * rest.effect
    best = int(np.argmax(np.where(held, explained, -np.inf)))
    return Confined(
        best,
        float(inside.effect[best]),
        float(inside.bias[best]),
        float(share[best]),
        float(rest.effect[best]),
    )


def _paired(tables: Floats) -> Floats:
    """Return tables with neighbouring score bins joined: segments are small, and fewer bins see more in them."""
    return np.add.reduceat(tables, np.arange(0, tables.shape[1], 2), axis=1)
