"""Interval of the noncentrality behind an observed chi-square statistic."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, defined, floats, tail_probability

# Above this statistic Sankaran's approximation is right to 5e-6 in probability; exact inversion grows slow.
_LARGE = 1000.0
_STEPS = 20


def noncentral_chi2_interval(statistic: npt.ArrayLike, df: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Interval of the noncentrality of a chi-square law from one observed statistic.

    Answers "how much real drift is behind this statistic, beyond what sampling noise alone produces?". A
    divergence on bins such as PSI is, times a known scale, chi-square with a noncentrality proportional
    to the true divergence; ``statistic - df`` estimates it without bias, and this is its interval. It
    misleads when bins expect fewer than about 5 rows, and when rows are dependent (divide the statistic
    by the design effect first).

    Parameters
    ----------
    statistic : array_like
        Observed chi-square statistic, at least 0.
    df : array_like
        Degrees of freedom, usually bins - 1; need not be whole.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [0, inf). `low` is exactly 0 while the statistic is below the upper quantile of the central
        law, and both are 0 below its lower quantile. Undefined (nan) when ``df <= 0`` or the statistic is
        negative.

    Notes
    -----
    Ends solve ``P(X <= statistic | noncentrality) = (1 ± level) / 2``: exactly up to a statistic of 1000, and
    beyond with Sankaran's approximation, off by at most 5e-6 in probability.

    References
    ----------
    Sankaran (1963), Approximations to the non-central chi-square distribution.
    doi:10.1093/biomet/50.1-2.199

    Examples
    --------
    >>> np.round(noncentral_chi2_interval([5.0, 40.0, 4000.0], 9), 1).tolist()
    [[0.0, 12.4, 3748.0], [6.2, 59.5, 4243.6]]
    """
    tail = tail_probability(level)
    statistic, df = floats(statistic, df)
    known = (df > 0) & (statistic >= 0) & np.isfinite(statistic) & np.isfinite(df)
    ends = np.full((2, *statistic.shape), np.nan)
    ends[:, known] = [
        _noncentrality(statistic[known], df[known], probability) for probability in (1 - tail, tail)
    ]
    return defined(known, ends[0], ends[1])


def _noncentrality(statistic: FloatArray, df: FloatArray, probability: float) -> FloatArray:
    """Noncentrality whose distribution function at `statistic` is `probability`; 0 when none is."""
    from scipy.special import chdtr, chndtrinc

    answer = np.zeros_like(statistic)
    some = chdtr(df, statistic) > probability
    large = some & (statistic > _LARGE)
    small = some & ~large
    with np.errstate(all="ignore"):
        answer[small] = chndtrinc(statistic[small], df[small], probability)
        answer[large] = _sankaran_inverse(statistic[large], df[large], probability)
    return answer


def _sankaran_inverse(statistic: FloatArray, df: FloatArray, probability: float) -> FloatArray:
    """Root in the noncentrality of Sankaran's normal score, by steps of one standard deviation per unit."""
    from scipy.special import ndtri

    z = ndtri(probability)
    centre = np.maximum(statistic - df, 0)
    for _ in range(_STEPS):
        step = (_sankaran_score(statistic, df, centre) - z) * np.sqrt(2 * (df + 2 * centre))
        centre = np.maximum(centre + step, 0)
    return centre


def _sankaran_score(statistic: FloatArray, df: FloatArray, noncentrality: FloatArray) -> FloatArray:
    """Standard normal score of `statistic`: a power of it is nearly normal."""
    mean = df + noncentrality
    power = 1 - 2 * mean * (df + 3 * noncentrality) / (3 * (df + 2 * noncentrality) ** 2)
    spread = (df + 2 * noncentrality) / mean**2
    skew = (power - 1) * (1 - 3 * power)
    shift = 1 + power * spread * (power - 1 - 0.5 * (2 - power) * skew * spread)
    width = power * np.sqrt(2 * spread) * (1 + 0.5 * skew * spread)
    return np.asarray(((statistic / mean) ** power - shift) / width)
