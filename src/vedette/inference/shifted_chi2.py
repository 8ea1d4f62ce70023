"""Chi-square laws moved and stretched to given moments: null laws of statistics that are nearly quadratic."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import FloatArray, floats

# Below this skewness the law is as good as normal, and its degrees of freedom would overflow the gamma function.
_LEAST_SKEWNESS = 1e-3


class ShiftedChi2(NamedTuple):
    """Law of ``shift + scale · X`` with X chi-square of `df` degrees of freedom; nan where undefined.

    Parameters
    ----------
    shift, scale, df : array of one shape
        A negative `scale` turns the long tail to the left.

    Examples
    --------
    >>> law = ShiftedChi2(np.array(0.0), np.array(1.0), np.array(1.0))
    >>> law.exceeded(3.841459).round(3).tolist(), law.quantile(0.05).round(3).tolist()
    (0.05, 3.841)
    """

    shift: FloatArray
    scale: FloatArray
    df: FloatArray

    def exceeded(self, x: npt.ArrayLike) -> FloatArray:
        """Probability of a value of at least `x`."""
        from scipy.special import chdtr, chdtrc

        with np.errstate(all="ignore"):
            y = np.maximum(self.standard(x), 0)
            return np.asarray(np.where(self.scale > 0, chdtrc(self.df, y), chdtr(self.df, y)))

    def quantile(self, tail: float) -> FloatArray:
        """Value that is exceeded with probability `tail`."""
        from scipy.special import chdtri

        with np.errstate(all="ignore"):
            y = np.where(self.scale > 0, chdtri(self.df, tail), chdtri(self.df, 1 - tail))
            return np.asarray(self.shift + self.scale * y)

    def standard(self, x: npt.ArrayLike) -> FloatArray:
        """The chi-square value that `x` stands for."""
        with np.errstate(all="ignore"):
            return np.asarray((np.asarray(x, np.float64) - self.shift) / self.scale)


def three_moment_law(mean: npt.ArrayLike, variance: npt.ArrayLike, third: npt.ArrayLike) -> ShiftedChi2:
    """The shifted chi-square law (Pearson's type III) of given mean, variance and third central moment.

    Answers "how likely is a value this large?" for sums of squares of correlated normals, and for counts, where
    the moments are known and the law is not. It misleads far out in the tail of a law whose fourth moment is larger
    than that of this one.

    Parameters
    ----------
    mean, variance, third : array_like
        Moments; a third of 0 gives nearly the normal law.

    Returns
    -------
    ShiftedChi2
        Of the broadcast shape. Undefined (nan) when the variance is not positive.

    References
    ----------
    Imhof (1961), Computing the distribution of quadratic forms in normal variables.
    doi:10.1093/biomet/48.3-4.419

    Examples
    --------
    >>> law = three_moment_law(5.0, 10.0, 40.0)  # those of chi-square with 5 degrees of freedom
    >>> [part.tolist() for part in law]
    [0.0, 1.0, 5.0]
    """
    mean, variance, third = floats(mean, variance, third)
    with np.errstate(all="ignore"):
        spread = np.where(variance > 0, variance, np.nan)
        least = _LEAST_SKEWNESS * spread**1.5
        third = np.where(np.abs(third) < least, np.copysign(least, third), third)
        scale = third / (4 * spread)
        df = 8 * spread**3 / third**2
        return ShiftedChi2(np.asarray(mean - scale * df), np.asarray(scale), np.asarray(df))
