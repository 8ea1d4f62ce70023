"""Wilson score interval of a proportion."""

import numpy as np
import numpy.typing as npt

from vedette.inference.interval import Interval, defined, floats, normal_quantile


def wilson_interval(successes: npt.ArrayLike, n: npt.ArrayLike, level: float = 0.95) -> Interval:
    """Wilson score interval of a binomial proportion.

    Answers "which true rates agree with `successes` out of `n`?" for accuracy, precision, recall, any share.
    It keeps its coverage near 0 and 1, where the textbook Wald interval fails. It misleads when rows are not
    independent (repeats of one patient, bursts of one client): divide both counts by the design effect first.

    ``centre = (p + z²/2n) / (1 + z²/n)``, ``half = z √(p(1-p)/n + z²/4n²) / (1 + z²/n)``

    Parameters
    ----------
    successes : array_like
        Successes, in rows; weighted or expected (non-integer) counts are accepted.
    n : array_like
        Trials, in rows; broadcast against `successes`.
    level : float, default 0.95
        Confidence.

    Returns
    -------
    low, high : array of the broadcast shape
        Within [0, 1]; exactly 0 (1) when no (every) trial succeeded. Undefined (nan) when ``n <= 0``.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.
    doi:10.1080/01621459.1927.10502953

    Brown, Cai, DasGupta (2001), Interval estimation for a binomial proportion. doi:10.1214/ss/1009213286

    Examples
    --------
    >>> np.round(wilson_interval(8, 10), 3).tolist()
    [0.49, 0.943]
    >>> np.round(wilson_interval([0, 5, 0], [10, 10, 0]), 3).tolist()
    [[0.0, 0.237, nan], [0.278, 0.763, nan]]
    """
    z2 = normal_quantile(level) ** 2
    successes, n = floats(successes, n)
    with np.errstate(all="ignore"):
        # Expected counts may exceed n by a rounding error.
        p = np.clip(successes / n, 0, 1)
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n**2))) / (1 + z2 / n)
        low = np.where(p <= 0, 0, np.maximum(centre - half, 0))
        high = np.where(p >= 1, 1, np.minimum(centre + half, 1))
    return defined(n > 0, low, high)
