"""Expected calibration error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np

from vedette.errors import ConfigError
from vedette.inference.interval import FloatArray, normal_quantile
from vedette.metrics.calibration.base import BinnedCalibration, Scored, grouped
from vedette.values import Direction


class Ece(BinnedCalibration, frozen=True, kw_only=True):
    """Expected calibration error: by how much scores miss the observed rates, on average over rows.

    It answers how many points a score is off as a probability. It misleads as a measure of quality: always saying
    the share of positives has no calibration error. Positive and negative misses within one bin cancel.

    ``ECE = sum over bins of (share of rows) * |mean score - observed rate|``, bins of equal mass

    The plain sum is biased upwards: chance alone makes 0.03 of 1000 rows in ten bins. The value is therefore the
    deviations shrunk by one factor, so that their expected plain sum *with* chance is the plain sum that was
    observed. Subtracting what chance makes of a perfect score instead would hide real errors: it reports 0.02 for a
    true 0.05 at 1000 rows (measured).

    Attributes
    ----------
    bins : int
        Groups of equal mass, at least 1.
    of : str, optional
        The class, one of several (then required) or of two (default: the positive one).

    Returns
    -------
    Estimates
        In points of probability, range [0, 1], lower is better. ``n`` is the number of labelled rows with a score in
        [0, 1]. The interval holds the factors at which the observed sum is no surprise; it covers 90 to 95 % from
        20 rows and one positive a bin on (measured), less below.

    Notes
    -----
    *Undefined when* no labelled row has a score in [0, 1].

    References
    ----------
    C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger (2017), On calibration of modern neural networks, arXiv:1706.04599.
    R. Roelofs, N. Cain, J. Shlens, M. C. Mozer (2022), Mitigating bias in calibration error estimation,
    arXiv:2012.08668.

    Examples
    --------
    >>> rows = np.array([[500.0, 500]])
    >>> scored = Scored(rows, np.array([[150.0, 350]]), np.array([[0.2, 0.8]]))
    >>> [float(a[0].round(3)) for a in Ece(bins=2).fitted(scored, 0.95)]
    [0.1, 0.072, 0.128]
    """

    title: ClassVar[str] = "expected calibration error"
    unit: ClassVar[str] = "share"
    better: ClassVar[Direction] = "lower"
    default: ClassVar[bool] = True
    references: ClassVar[tuple[str, ...]] = ("arXiv:1706.04599", "arXiv:2012.08668")

    bins: int = 10

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bins < 1:
            raise ConfigError(
                f"Parameter bins of ece is {self.bins!r}",
                "The number of groups of equal mass, at least 1",
                "Write 10 for ten groups",
                code="metric.bad-parameter",
            )

    def fitted(self, scored: Scored, level: float) -> tuple[FloatArray, ...]:
        """Return the error and its interval."""
        groups = grouped(scored, self.bins)
        missed = np.where(groups.n > 0, np.abs(groups.score - groups.positives / groups.n), 0.0)
        share = groups.n / groups.n.sum(axis=1, keepdims=True)
        return _shrunk(missed, share, _chance(groups), normal_quantile(level))

    @staticmethod
    def raw(scored: Scored) -> FloatArray:
        """Return the plain sum over the bins as they are, biased upwards by chance."""
        missed = np.where(scored.n > 0, np.abs(scored.score * scored.n - scored.positives), 0.0)
        return np.asarray(missed.sum(axis=1) / scored.n.sum(axis=1))


def _chance(groups: Scored) -> FloatArray:
    """Return the standard deviation of each group's rate; one row of what was promised is added to each group."""
    rate = (groups.positives + groups.score) / (groups.n + 1)
    return np.where(groups.n > 0, np.sqrt(rate * (1 - rate) / groups.n), 0.0)


def _shrunk(missed: FloatArray, share: FloatArray, chance: FloatArray, z: float) -> tuple[FloatArray, ...]:
    """Return the errors whose plain sum, with chance added, is expected, too small or too large as observed."""
    plain = (share * missed).sum(axis=1)
    # Where nothing is missed at all the direction of a miss is unknown: take all groups alike.
    shape = np.where(plain[:, None] > 0, missed / plain[:, None], 1.0)

    def expected(error: FloatArray, surprise: float) -> FloatArray:
        mean, variance = _folded(error[:, None] * shape, chance)
        spread = np.sqrt((share**2 * variance).sum(axis=1))
        return np.asarray((share * mean).sum(axis=1) + surprise * spread)

    # Chance only adds to the sum, and takes away from it no more than z of its own deviations.
    most = np.minimum(plain + z * np.sqrt((share**2 * chance**2).sum(axis=1)), 1)
    ends = (
        _largest(partial(expected, surprise=s), plain, end)
        for s, end in ((0.0, plain), (z, plain), (-z, most))
    )
    return tuple(np.where(np.isfinite(plain), found, np.nan) for found in ends)


def _largest(expected: Callable[[FloatArray], FloatArray], plain: FloatArray, end: FloatArray) -> FloatArray:
    """Return the largest error up to `end` with an expected sum below `plain`, to a millionth of `end`."""
    start = np.zeros(len(end))
    for _ in range(20):
        middle = (start + end) / 2
        below = expected(middle) < plain
        start, end = np.where(below, middle, start), np.where(below, end, middle)
    return np.asarray(np.where(start > 0, end, 0.0))


def _folded(mean: FloatArray, deviation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of the absolute value of a normal variable of positive mean."""
    from scipy.special import ndtr

    ratio = np.where(deviation > 0, mean / deviation, np.inf)
    folded = deviation * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + mean * (1 - 2 * ndtr(-ratio))
    return folded, mean**2 + deviation**2 - folded**2
