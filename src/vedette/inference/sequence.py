"""Confidence sequences: intervals that may be looked at after every row, for ever."""

import numpy as np
import numpy.typing as npt

from vedette.inference.bisection import bisect
from vedette.inference.interval import FloatArray, Interval, defined, floats, tail_probability


def bernoulli_sequence(successes: npt.ArrayLike, failures: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Confidence sequence of a proportion from running counts.

    Answers "which rates agree with everything seen so far?" on a screen that is watched all day: with
    probability `level` the true rate is never outside, at any time, however often one looks. The price is
    width, 1.7 to 1.9 times a Wilson interval at 100 to 1000 rows. It misleads when the rate itself
    changes: it is about one constant rate.

    All p with ``log B(½+S, ½+F) - log B(½, ½) - S log p - F log(1-p) < log(1/α)``: the mixture of likelihood
    ratios over Jeffreys' prior is a martingale, so Ville's inequality holds exactly, at every sample size.

    Parameters
    ----------
    successes, failures : array_like
        Running counts S and F, in rows.
    level : float, default 0.95
        Confidence, over all times together; ``α = 1 - level``.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [0, 1]. Undefined (nan) before the first row.

    References
    ----------
    Robbins (1970), Statistical methods related to the law of the iterated logarithm.
    doi:10.1214/aoms/1177696786

    Examples
    --------
    >>> np.round(bernoulli_sequence([80, 800], [20, 200]), 3).tolist()
    [[0.648, 0.751], [0.909, 0.843]]
    """
    from scipy.special import betaln, xlog1py, xlogy

    alpha = 2 * tail_probability(level)
    successes, failures = floats(successes, failures)
    with np.errstate(all="ignore"):
        n = successes + failures
        bar = betaln(0.5 + successes, 0.5 + failures) - betaln(0.5, 0.5) + np.log(alpha)

        def agrees(p: FloatArray) -> FloatArray:
            return np.asarray(xlogy(successes, p) + xlog1py(failures, -p) > bar)

        seen = np.asarray(successes / n)
        return defined(n > 0, bisect(agrees, seen, np.zeros_like(n)), bisect(agrees, seen, np.ones_like(n)))


def mean_sequence(
    n: npt.ArrayLike,
    total: npt.ArrayLike,
    total_squares: npt.ArrayLike,
    level: float = 0.95,
    n_star: npt.ArrayLike = 1000.0,
) -> Interval:
    """Asymptotic confidence sequence of a mean from running ``n``, ``Σx`` and ``Σx²``.

    Answers "which mean agrees with everything seen so far?", however often one looks. It is asymptotic: the
    promise starts once the variance is known well (a few hundred rows; more if x is very skewed).

    ``x̄ ± σ √(2 (nρ²+1) / (n²ρ²) · log(√(nρ²+1) / α))``, ``ρ² = (-2 log α + log(1 - 2 log α)) / n_star``

    Parameters
    ----------
    n : array_like
        Rows so far.
    total, total_squares : array_like
        Running sum and sum of squares; see `vedette.inference.moments.mean_interval` on lost digits.
    level : float, default 0.95
        Confidence, over all times together; ``α = 1 - level``.
    n_star : array_like, default 1000.0
        Rows at which the interval should be tightest: the window of interest.

    Returns
    -------
    low, high : array of the broadcast shape
        In the unit of x. Undefined (nan) when ``n < 2``.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas (2024), Time-uniform central limit theory and asymptotic
    confidence sequences. doi:10.1214/24-AOS2408

    Examples
    --------
    >>> np.round(mean_sequence(1000, 500.0, 500.0), 3).tolist()
    [0.452, 0.548]
    """
    alpha = 2 * tail_probability(level)
    n, total, total_squares, n_star = floats(n, total, total_squares, n_star)
    with np.errstate(all="ignore"):
        mean = total / n
        variance = np.maximum(total_squares / n - mean**2, 0)
        rho2 = (-2 * np.log(alpha) + np.log1p(-2 * np.log(alpha))) / n_star
        grown = n * rho2 + 1
        half = np.sqrt(variance * 2 * grown / (n**2 * rho2) * (np.log(grown) / 2 - np.log(alpha)))
        return defined(n >= 2, mean - half, mean + half)
