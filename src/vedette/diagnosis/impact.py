"""What a moved distribution costs the model, in points of its metric, before any label has come."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt


class Impact(msgspec.Struct, frozen=True):
    """Projected change of the error rate, with its standard error."""

    value: float
    error: float


def impact(now: npt.ArrayLike, then: npt.ArrayLike, errors: npt.ArrayLike) -> Impact | None:
    """Change of the error rate that a change of mix brings, each bin keeping its reference error rate.

    ``sum_k (pi'_k - pi_k) (e_k - e)``. Misleads when the error within bins changed too: that is what labels are
    for. Bins without labelled reference rows are taken at the mean error.

    Parameters
    ----------
    now, then : array_like of shape (bins,)
        Rows by bin.
    errors : array_like of shape (bins, 2)
        Labelled reference rows and errors by bin.

    Returns
    -------
    Impact or None
        None where one side has no rows or the reference no labels.

    Examples
    --------
    >>> round(impact([20, 80], [50, 50], [[50, 5], [50, 20]]).value, 3)
    0.09
    """
    a, b, known = np.asarray(now, float), np.asarray(then, float), np.asarray(errors, float)
    n, m, labelled = a.sum(), b.sum(), known[:, 0].sum()
    if n <= 0 or m <= 0 or labelled <= 0:
        return None
    mean = known[:, 1].sum() / labelled
    rate = np.where(known[:, 0] > 0, known[:, 1] / np.maximum(known[:, 0], 1), mean)
    above, moved = rate - mean, a / n - b / m
    spread = [np.sum(s * above**2) - np.sum(s * above) ** 2 for s in (a / n, b / m)]
    noise = spread[0] / n + spread[1] / m + np.sum(moved**2 * rate * (1 - rate) / np.maximum(known[:, 0], 1))
    return Impact(float(np.sum(moved * above)), float(np.sqrt(max(noise, 0.0))))
