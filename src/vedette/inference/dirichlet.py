"""Interval of any statistic of a table of counts, by draws from its Dirichlet posterior."""

import numpy as np
import numpy.typing as npt

from vedette.inference.draws import Statistic, percentile_interval
from vedette.inference.interval import FloatArray, Interval


def dirichlet_interval(
    counts: npt.ArrayLike,
    statistic: Statistic,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Posterior interval of a statistic of cell probabilities, given counts per cell.

    Answers "which MCC, kappa, balanced accuracy, macro average or cost agrees with this confusion table?"
    when no closed form exists. It misleads when rows are dependent, and for statistics at the edge of
    their range in tables with most cells empty, where the prior shows.

    Parameters
    ----------
    counts : array_like of shape (..., K)
        Rows per cell of each group (a confusion table is flattened); non-integer counts are accepted.
    statistic : callable
        ``(..., K) -> (...)``: takes cell probabilities that sum to 1 on the last axis.
    level : float, default 0.95
        Confidence.
    draws : int, default 2000
        Posterior draws per group.
    seed : int, default 0
        Seed: the same counts always give the same interval.

    Returns
    -------
    low, high : array of shape (...)
        Undefined (nan) when a group has no rows, or when the statistic is undefined in most draws.

    Notes
    -----
    Draws are ``Dirichlet(counts + a)`` with Jeffreys' a = ½ up to four cells, and a = 2/K beyond: the
    prior then never weighs more than two rows, where ½ in each of the 2 500 cells of a 50-class table
    would weigh 1 250.

    References
    ----------
    Rubin (1981), The Bayesian bootstrap. doi:10.1214/aos/1176345338 ·
    Goutte, Gaussier (2005). doi:10.1007/978-3-540-31865-1_25

    Examples
    --------
    >>> def balanced_accuracy(p):  # cells: tp, fn, fp, tn
    ...     return (p[..., 0] / (p[..., 0] + p[..., 1]) + p[..., 3] / (p[..., 2] + p[..., 3])) / 2
    >>> np.round(dirichlet_interval([[45, 5, 20, 130]], balanced_accuracy), 2).tolist()
    [[0.82], [0.92]]
    """
    return percentile_interval(_posterior, counts, statistic, level=level, draws=draws, seed=seed)


def _posterior(generator: np.random.Generator, counts: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Dirichlet draws as normalised gamma draws."""
    gamma = generator.standard_gamma(counts + min(0.5, 2 / shape[1]), size=shape)
    return np.asarray(gamma / gamma.sum(axis=-1, keepdims=True))
