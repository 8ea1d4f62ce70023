"""The probability of the positive class in each bin of the score, non-decreasing in the score."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray


class Curve(NamedTuple):
    """A calibration curve over the bins of a score, each of shape (curves, bins).

    ``rate`` is the probability of the positive class, nan everywhere where no row is labelled; ``block`` numbers the
    runs of bins that share one rate; ``variance`` is that of the rate, by the labelled rows of its block.
    """

    rate: FloatArray
    block: npt.NDArray[np.intp]
    variance: FloatArray


def fit_curves(positives: npt.ArrayLike, rows: npt.ArrayLike) -> Curve:
    """Return the isotonic calibration curves of labelled rows by score bin.

    Answers "how often is a row with such a score positive?" It misleads where the score does not rise with that
    probability: the curve is then flat.

    Parameters
    ----------
    positives, rows : array_like of shape (curves, bins)
        Positive and all labelled rows of each bin, in order of the score; the last bin is of rows without a score
        and has a rate of its own.

    Returns
    -------
    Curve
        A bin without labelled rows takes the rate between those of its neighbours; equal counts give equal curves
        and are fitted once.

    Notes
    -----
    Least squares under order, by pooling neighbours that violate it. The variance of a block's rate p over N rows is
    ``p (1 - p) / N`` at ``p = (positives + 1/2) / (N + 1)``, so that a block without positives is not certain.

    References
    ----------
    M. Ayer et al. (1955), An empirical distribution function for sampling with incomplete information,
    doi:10.1214/aoms/1177728423. B. Zadrozny, C. Elkan (2002), Transforming classifier scores into accurate multiclass
    probability estimates, doi:10.1145/775047.775151.

    Examples
    --------
    >>> fit_curves([[1, 4, 3, 9, 0]], [[10, 10, 10, 10, 0]]).rate.round(3).tolist()
    [[0.1, 0.35, 0.35, 0.9, 0.425]]
    """
    positives, rows = np.atleast_2d(np.asarray(positives, float)), np.atleast_2d(np.asarray(rows, float))
    seen: dict[bytes, int] = {}
    which = [
        seen.setdefault(p.tobytes() + n.tobytes(), len(seen)) for p, n in zip(positives, rows, strict=True)
    ]
    first = np.unique(np.asarray(which, np.intp), return_index=True)[1]
    fitted = [_fit(positives[i], rows[i]) for i in first]
    return Curve(*(np.stack(arrays)[which] for arrays in zip(*fitted, strict=True)))


def _fit(positives: FloatArray, rows: FloatArray) -> Curve:
    """Return one curve."""
    size, total = len(rows), rows.sum()
    if total <= 0:
        return Curve(np.full(size, np.nan), np.zeros(size, np.intp), np.full(size, np.nan))
    held = np.flatnonzero(rows[:-1] > 0)
    block, rate, variance = (
        np.zeros(size, np.intp),
        np.full(size, positives.sum() / total),
        np.full(size, 0.25),
    )
    if len(held):
        starts, sums, weights = _pooled(positives[held], rows[held])
        inside = np.repeat(np.arange(len(starts)), np.diff([*starts, len(held)]))
        near = np.searchsorted((held[1:] + held[:-1] + 1) / 2, np.arange(size - 1), side="right")
        block[:-1] = inside[near]
        rate[:-1] = np.interp(np.arange(size - 1), held, (sums / weights)[inside])
        shrunk = (sums + 0.5) / (weights + 1)
        variance[:-1] = (shrunk * (1 - shrunk) / weights)[block[:-1]]
    block[-1] = block[-2] + 1
    if rows[-1] > 0:
        rate[-1] = positives[-1] / rows[-1]
        shrunk = (positives[-1] + 0.5) / (rows[-1] + 1)
        variance[-1] = shrunk * (1 - shrunk) / rows[-1]
    return Curve(rate, block, variance)


def _pooled(positives: FloatArray, rows: FloatArray) -> tuple[list[int], FloatArray, FloatArray]:
    """Return first bin, positives and rows of each block: neighbours are pooled until rates rise."""
    starts: list[int] = []
    sums: list[float] = []
    weights: list[float] = []
    for place, (p, n) in enumerate(zip(positives.tolist(), rows.tolist(), strict=True)):
        start = place
        while starts and sums[-1] * n >= p * weights[-1]:
            start, p, n = starts.pop(), p + sums.pop(), n + weights.pop()  # noqa: PLW2901 - the block grows
        starts.append(start)
        sums.append(p)
        weights.append(n)
    return starts, np.asarray(sums), np.asarray(weights)
