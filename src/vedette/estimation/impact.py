"""What a moved distribution costs the model, in points of its metric, before any label has come."""

from __future__ import annotations

import msgspec
import numpy as np
import numpy.typing as npt

#: A cost below half a point, and surely (two standard errors) below one, is none worth acting on.
SLIGHT, SURELY = 0.005, 0.01


class Impact(msgspec.Struct, frozen=True):
    """Projected change of the error rate (or mean loss), with its standard error."""

    value: float
    error: float

    @property
    def negligible(self) -> bool:
        """Whether it is less than half a point either way, and surely less than one."""
        return abs(self.value) < SLIGHT and abs(self.value) + 2 * self.error < SURELY

    @property
    def certain(self) -> float:
        """Size of the cost that chance does not explain: two standard errors less than its absolute value, or 0."""
        return max(abs(self.value) - 2 * self.error, 0.0)


def impact(now: npt.ArrayLike, then: npt.ArrayLike, losses: npt.ArrayLike) -> Impact | None:
    """Change of the mean loss that a change of mix brings, each bin keeping its reference loss.

    ``sum_k (pi'_k - pi_k) (e_k - e)``. It answers what a moved column costs if the rows in each of its bins are as
    hard as they were. It misleads when the loss within bins changed too (that is what labels are for), and when two
    columns move together: each is charged for both. Bins without labelled reference rows are taken at the mean.

    Parameters
    ----------
    now, then : array_like of shape (bins,)
        Rows by bin.
    losses : array_like of shape (bins, 2) or (bins, 3)
        Labelled reference rows, the sum of their losses, and the sum of the squares (for errors, which are 0 or 1,
        that is the sum itself and may be left out).

    Returns
    -------
    Impact or None
        None where one side has no rows or the reference no labels.

    References
    ----------
    E. M. Kitagawa (1955), Components of a difference between two rates, doi:10.1080/01621459.1955.10501299.

    Examples
    --------
    >>> round(impact([20, 80], [50, 50], [[50, 5], [50, 20]]).value, 3)
    0.09
    """
    a, b, known = np.asarray(now, float), np.asarray(then, float), np.asarray(losses, float)
    n, m, labelled = a.sum(), b.sum(), known[:, 0].sum()
    if n <= 0 or m <= 0 or labelled <= 0:
        return None
    mean, rows = known[:, 1].sum() / labelled, np.maximum(known[:, 0], 1)
    rate = np.where(known[:, 0] > 0, known[:, 1] / rows, mean)
    scatter = np.maximum(known[:, -1] / rows - rate**2, 0.0) * (known[:, 0] > 0)
    above, moved = rate - mean, a / n - b / m
    spread = [np.sum(s * above**2) - np.sum(s * above) ** 2 for s in (a / n, b / m)]
    noise = spread[0] / n + spread[1] / m + np.sum(moved**2 * scatter / rows)
    return Impact(float(np.sum(moved * above)), float(np.sqrt(max(noise, 0.0))))
