"""Sums of absolute differences, ``Σ w |d|``: what noise adds to them, and how large noise alone makes them."""

import numpy as np
import numpy.typing as npt

from vedette.inference.bisection import bisect
from vedette.inference.interval import FloatArray
from vedette.inference.shifted_chi2 import ShiftedChi2

# Terms of √(1-r²) + r asin r - 1 in powers of r²; eight leave less than 0.01 of it at r = -0.9.
_TERMS = 8


def freed_absolute_sum(
    difference: npt.ArrayLike, deviation: npt.ArrayLike, weight: npt.ArrayLike = 1.0
) -> FloatArray:
    """Weighted sum of absolute differences, freed of what noise adds on average.

    Answers "how large is the sum of the true absolute differences?". Noise makes a small difference look larger by
    up to 0.8 of its deviation and leaves a large one as it is; how much of each observed difference is real is
    taken from how far their squares exceed those of noise alone (James and Stein's shrinkage).

    ``Σ w |d| - Σ w σ (E|x + Z| - |x|)``, ``x = λ d / σ``, ``λ = max(0, 1 - Σ w σ² / Σ w d²)``, cut at 0

    Parameters
    ----------
    difference, deviation, weight : array_like of shape (..., B)
        Observed differences d, the standard deviations σ of their noise, and weights w, at least 0.

    Returns
    -------
    array of shape (...)
        At least 0.

    References
    ----------
    James, Stein (1961), Estimation with quadratic loss. Proceedings of the Fourth Berkeley Symposium 1, 361-379.

    Examples
    --------
    >>> freed_absolute_sum([[0.01, -0.01], [0.2, -0.2]], [0.01, 0.01]).round(4).tolist()
    [0.004, 0.4]
    """
    from scipy.special import ndtr

    d, sigma, w = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (difference, deviation, weight)))
    with np.errstate(all="ignore"):
        noise, seen = (w * sigma**2).sum(axis=-1), (w * d**2).sum(axis=-1)
        real = np.where(seen > 0, np.maximum(1 - noise / seen, 0), 0)
        x = np.where(sigma > 0, real[..., None] * np.abs(d) / sigma, 0)
        added = sigma * (np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) - 2 * x * ndtr(-x))
        return np.asarray(np.maximum((w * (np.abs(d) - added)).sum(axis=-1), 0))


def absolute_sum_law(mean: npt.ArrayLike, second: npt.ArrayLike, largest: npt.ArrayLike) -> ShiftedChi2:
    """Law of the *square* of a weighted sum of absolute values of correlated normals.

    Answers "how large is such a sum by chance alone?". It is ``c + b · chi-square(k)``: b the largest variance that
    the sum has with any signs, which is the exact rate of its tail; k and c so that mean and variance of the sum are
    right. Exact for a single normal.

    Parameters
    ----------
    mean, second : array_like
        Mean of the sum and of its square.
    largest : array_like
        Largest variance of ``Σ ± w x`` over all choices of signs.

    Returns
    -------
    ShiftedChi2
        Undefined (nan) when `largest` is not positive.

    References
    ----------
    Adler, Taylor (2007), Random fields and geometry, theorem 2.1.1 (Borell-TIS). doi:10.1007/978-0-387-48116-6

    Examples
    --------
    >>> law = absolute_sum_law(np.sqrt(2 / np.pi), 1.0, 1.0)  # |Z|
    >>> law.exceeded(1.959964**2).round(3).tolist()
    0.05
    """
    mean, second, largest = np.broadcast_arrays(*(np.asarray(a, np.float64) for a in (mean, second, largest)))
    with np.errstate(all="ignore"):
        b = np.where(largest > 0, largest, np.nan)
        k = np.maximum(second**2 / (_chi_df(mean**2 / second) * b**2), 1.0)
        return ShiftedChi2(np.asarray(second - b * k), np.asarray(b), np.asarray(k))


def multinomial_absolute_moments(shares: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Mean of ``Σ |x|``, and of its square, for x normal with the covariance of one multinomial row.

    Parameters
    ----------
    shares : array_like of shape (..., B)
        Probabilities that sum to 1.

    Returns
    -------
    mean, second : array of shape (...)
        For a difference of shares of two samples multiply by ``√(1/n + 1/m)`` and its square.

    Examples
    --------
    >>> mean, second = multinomial_absolute_moments([0.5, 0.5])  # twice |Z| / 2
    >>> mean.round(3).tolist(), second.round(2).tolist()
    (0.798, 1.0)
    """
    h = np.asarray(shares, np.float64)
    with np.errstate(all="ignore"):
        sigma, odds = np.sqrt(h * (1 - h)), h / (1 - h)
        # The correlation of two bins is -√(odds · odds), so that each power of it is a product of two sums.
        shared, power, coefficient = np.zeros(h.shape[:-1]), sigma * odds, 0.5
        for j in range(1, _TERMS + 1):
            shared += coefficient * (power.sum(axis=-1) ** 2 - (power**2).sum(axis=-1))
            power = power * odds
            coefficient *= (2 * j - 1) ** 2 / ((2 * j + 1) * (2 * j + 2))
        variance = (1 - 2 / np.pi) * (sigma**2).sum(axis=-1) + 2 / np.pi * shared
        mean = np.sqrt(2 / np.pi) * sigma.sum(axis=-1)
    return np.asarray(mean), np.asarray(mean**2 + variance)


def _chi_df(ratio: FloatArray) -> FloatArray:
    """Degrees of freedom of a chi law whose squared mean is `ratio` of its mean square; at least 1."""
    from scipy.special import gammaln

    def short(log_df: FloatArray) -> FloatArray:
        half = np.exp(log_df) / 2
        return np.asarray(np.exp(2 * (gammaln(half + 0.5) - gammaln(half))) / half < ratio)

    return np.exp(bisect(short, np.zeros_like(ratio), np.full_like(ratio, np.log(1e8))))
