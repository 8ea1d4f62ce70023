"""How much of a change of the error rate is another mix of rows, and how much is within them."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Mix(msgspec.Struct, frozen=True):
    """Change of the error rate, its two parts, and both by cell.

    Attributes
    ----------
    change, mix, within : float
        ``change = mix + within``.
    by_mix, by_within : ndarray of shape (g,)
    """

    change: float
    mix: float
    within: float
    by_mix: Floats
    by_within: Floats


def mix(now: npt.ArrayLike, then: npt.ArrayLike) -> Mix | None:
    """Exact additive split of a change of the error rate over cells.

    ``mix`` values the new shares at the mean of old and new error rates, ``within`` the new error rates at the
    mean of old and new shares. What moved inside a cell counts as within: finer cells move it to the mix.

    Parameters
    ----------
    now, then : array_like of shape (g, 2)
        Labelled rows and errors of each cell.

    Returns
    -------
    Mix or None
        None where one side has no labelled rows. A cell empty on one side has no error rate there; its whole
        change counts as mix.

    References
    ----------
    E. M. Kitagawa (1955), Components of a difference between two rates, doi:10.1080/01621459.1955.10501299.

    Examples
    --------
    >>> found = mix([[500, 50], [500, 150]], [[900, 90], [100, 30]])
    >>> round(found.mix, 3), round(found.within, 3)
    (0.08, 0.0)
    """
    a, b = np.asarray(now, float), np.asarray(then, float)
    n, m = a[:, 0].sum(), b[:, 0].sum()
    if n <= 0 or m <= 0:
        return None
    share, past = a[:, 0] / n, b[:, 0] / m
    with np.errstate(divide="ignore", invalid="ignore"):
        error, before = a[:, 1] / a[:, 0], b[:, 1] / b[:, 0]
    error, before = np.where(a[:, 0] > 0, error, before), np.where(b[:, 0] > 0, before, error)
    error, before = np.nan_to_num(error), np.nan_to_num(before)
    by_mix = (share - past) * (error + before) / 2
    by_within = (error - before) * (share + past) / 2
    change = a[:, 1].sum() / n - b[:, 1].sum() / m
    return Mix(float(change), float(by_mix.sum()), float(by_within.sum()), by_mix, by_within)
