"""Evidence and interval for the Kolmogorov-Smirnov distance between two samples."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, Interval, defined, floats, tail_probability


def kolmogorov_p(d: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike) -> FloatArray:
    """P-value of the two-sample Kolmogorov-Smirnov distance.

    Answers "would two samples of the same law lie this far apart?". Distances measured on bins or on tied
    values are never larger than on the raw rows, so the p-value is then too large, never too small: with
    few bins real drift inside a bin goes unseen, false alarms do not increase.

    ``K((√m + 0.12 + 0.11/√m) d)`` with ``m = n1 n2 / (n1 + n2)`` and K Kolmogorov's limit law.

    Parameters
    ----------
    d : array_like
        Largest distance between the two distribution functions, within [0, 1].
    n1, n2 : array_like
        Rows of the two samples.

    Returns
    -------
    array of the broadcast shape
        Within [0, 1]. Undefined (nan) when a sample is empty.

    References
    ----------
    Stephens (1970), Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive
    tables. doi:10.1111/j.2517-6161.1970.tb00821.x

    Examples
    --------
    >>> kolmogorov_p(0.1, [100, 1000], [100, 1000]).round(4).tolist()
    [0.6766, 0.0001]
    """
    from scipy.special import kolmogorov

    d, n1, n2 = floats(d, n1, n2)
    with np.errstate(all="ignore"):
        root = np.sqrt(n1 * n2 / (n1 + n2))
        p = kolmogorov((root + 0.12 + 0.11 / root) * d)
    return np.where((n1 > 0) & (n2 > 0), p, np.nan)


def ks_effect_interval(
    d: npt.ArrayLike, n1: npt.ArrayLike, n2: npt.ArrayLike, level: float = 0.95
) -> Interval:
    """Interval of the true Kolmogorov-Smirnov distance between two laws.

    Answers "how far apart are the two laws?". The observed distance is biased upwards by noise; a lower
    end of 0 says that noise alone may explain it. On bins it is an interval of the distance *at the
    edges*, which is never larger than the true one.

    ``d ± √(log(2/α)/2) · √(1/n1 + 1/n2)``, cut to [0, 1]

    Parameters
    ----------
    d : array_like
        Observed distance, within [0, 1].
    n1, n2 : array_like
        Rows of the two samples.
    level : float, default 0.95
        Confidence; ``α = 1 - level``.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [0, 1]. Undefined (nan) when a sample is empty.

    Notes
    -----
    The distance cannot err by more than the error band of the difference of the two distribution
    functions, whose width is the Dvoretzky-Kiefer-Wolfowitz bound at the joint sample size. As ``n2``
    grows the bound is exact (that of one sample); for two samples it is asymptotic, and conservative in
    every case measured.

    References
    ----------
    Massart (1990), The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality.
    doi:10.1214/aop/1176990746 · Wei, Dudley (2012), Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities.
    doi:10.1016/j.spl.2011.11.012

    Examples
    --------
    >>> np.round(ks_effect_interval(0.2, 1000, 4000), 3).tolist()
    [0.152, 0.248]
    """
    alpha = 2 * tail_probability(level)
    d, n1, n2 = floats(d, n1, n2)
    with np.errstate(all="ignore"):
        half = np.sqrt(np.log(2 / alpha) / 2 * (1 / n1 + 1 / n2))
        return defined((n1 > 0) & (n2 > 0), np.maximum(d - half, 0), np.minimum(d + half, 1))
