"""Which rows to label when not all can be: more where the score is least sure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray

#: Rows labelled in each stratum at least: fewer tell no variance.
LEAST = 5
#: No stratum is held for surer than this.
_SURE = 0.02


def neyman(
    rows: npt.ArrayLike, rate: npt.ArrayLike, budget: int, least: int = LEAST
) -> npt.NDArray[np.int64]:
    """Return how many rows of each stratum to label, shape (strata,).

    Answers "where does a label tell most?" In proportion to rows times the standard deviation of the label there: the
    mean over all rows then has the least variance that the budget allows. It misleads where the rates are wrong, which
    costs efficiency and never the truth: every row keeps a known chance.

    Parameters
    ----------
    rows : array_like of int, shape (strata,)
    rate : array_like of shape (strata,)
        Expected share of positives; nan counts as a half.
    budget : int
        Labels in all.
    least : int
        Of each stratum, as far as it has rows.

    References
    ----------
    J. Neyman (1934), On the two different aspects of the representative method, doi:10.2307/2342192.

    Examples
    --------
    >>> neyman([1000, 1000, 1000], [0.01, 0.5, 0.02], 100).tolist()
    [18, 64, 18]
    >>> neyman([3, 1000], [0.5, 0.5], 50).tolist()
    [3, 47]
    """
    rows, rate = np.asarray(rows, np.int64), np.nan_to_num(np.asarray(rate, float), nan=0.5)
    rate = np.clip(rate, _SURE, 1 - _SURE)
    pull = rows * np.sqrt(rate * (1 - rate))
    floor = np.minimum(rows, least)
    if floor.sum() >= budget:
        return _rounded(floor * budget / max(floor.sum(), 1), floor, budget)
    low, high = 0.0, float(budget / max(pull.sum(), 1e-300)) * len(rows) * (1 + rows.max(initial=0))
    for _ in range(200):  # labels rise with the price that every stratum is given alike
        price = (low + high) / 2
        enough = np.clip(price * pull, floor, rows).sum() >= min(budget, rows.sum())
        low, high = (low, price) if enough else (price, high)
    return _rounded(np.clip(high * pull, floor, rows), rows, min(budget, int(rows.sum())))


def _rounded(wanted: FloatArray, most: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.int64]:
    """Return whole numbers near what is wanted that sum to the total: largest remainders first."""
    found = np.floor(wanted + 1e-9).astype(np.int64)
    order = np.argsort(-(wanted - found), kind="stable")
    for place in np.concatenate((order, order)):
        if found.sum() >= total:
            break
        found[place] += int(found[place] < most[place])
    return found


def drawn(stratum: npt.ArrayLike, take: npt.ArrayLike, seed: int = 0) -> npt.NDArray[np.intp]:
    """Return row numbers drawn within each stratum without replacement, in increasing order.

    Examples
    --------
    >>> drawn([0, 0, 1, 1, 1], [1, 3]).tolist()
    [0, 2, 3, 4]
    """
    stratum, take = np.asarray(stratum, np.intp), np.asarray(take, np.int64)
    shuffled = np.random.default_rng(seed).permutation(len(stratum))
    order = shuffled[np.argsort(stratum[shuffled], kind="stable")]
    sizes = np.bincount(stratum, minlength=len(take))
    place = np.arange(len(stratum)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(order[place < np.repeat(take, sizes)])
