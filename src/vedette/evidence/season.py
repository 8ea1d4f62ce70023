"""Whether a stream has a daily or weekly season, and how much more its windows vary than chance says.

Under a daily cycle, or with windows noisier than independent rows, every pooled detector raises an alarm sooner or
later. The season is chosen on the reference alone; where it is too short for two cycles it is unknown, and said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Phases = npt.NDArray[np.int64]

#: Cycles of the reference that a season needs before it can be told from a trend.
CYCLES = 2


class Season(NamedTuple):
    """A stream's season.

    Attributes
    ----------
    name : str
        "none", "hour", "weekday" or "weekday x hour".
    phases : int
    dispersion : float
        Pearson statistic over its degrees of freedom, at least 1: how many rows count as one.
    known : bool
        False when the reference is too short to tell.
    """

    name: str
    phases: int
    dispersion: float
    known: bool


def choose_season(counts: Floats, candidates: Mapping[str, Phases], cycles: Mapping[str, float]) -> Season:
    """Return the season that explains the reference's windows best, by the Bayesian information criterion.

    Parameters
    ----------
    counts : ndarray of shape (windows, b)
    candidates : mapping of name to phase number of each window, shape (windows,)
        "none" among them.
    cycles : mapping of name to the number of cycles the reference holds

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> weekday = np.arange(56) % 7
    >>> shares = np.where(weekday[:, None] < 5, [0.6, 0.4], [0.3, 0.7])
    >>> counts = rng.multinomial(500, shares).astype(float)
    >>> choose_season(counts, {"none": 0 * weekday, "weekday": weekday}, {"none": 56, "weekday": 8}).name
    'weekday'
    """
    usable = {name: phase for name, phase in candidates.items() if cycles.get(name, 0) >= CYCLES}
    flat = candidates["none"]
    # Extra variation between windows of one phase is not a season: divide it out before comparing.
    finest = max(usable, key=lambda name: int(usable[name].max(initial=0))) if usable else "none"
    noise = dispersion(counts, usable.get(finest, flat))
    scores = {name: _criterion(counts, phase, noise) for name, phase in usable.items()}
    best = min(scores, key=scores.__getitem__) if scores else "none"
    phase = candidates[best]
    return Season(best, int(phase.max(initial=0)) + 1, dispersion(counts, phase), len(usable) > 1)


def by_phase(counts: Floats, phase: Phases, phases: int) -> Floats:
    """Return counts summed over the windows of each phase, shape (phases, b)."""
    found = np.zeros((phases, counts.shape[1]))
    np.add.at(found, phase, counts)
    return found


def dispersion(counts: Floats, phase: Phases) -> float:
    """Return how many times as much windows of one phase vary as independent rows would, at least 1.

    Pearson's statistic over its degrees of freedom; bins whose expected count is under one row a window are joined.

    References
    ----------
    P. McCullagh, J. A. Nelder (1989), Generalized Linear Models, section 4.5.
    """
    joined = _joined(counts)
    phases = int(phase.max(initial=0)) + 1
    sums = by_phase(joined, phase, phases)
    shares = sums / np.maximum(sums.sum(1, keepdims=True), 1)
    expected = shares[phase] * joined.sum(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.nansum(np.where(expected > 0, (joined - expected) ** 2 / expected, 0.0))
    freedom = (np.count_nonzero(joined.sum(1)) - phases) * (joined.shape[1] - 1)
    return max(1.0, float(pearson / freedom)) if freedom > 0 else 1.0


def restlessness(counts: Floats, level: float = 0.95) -> float:
    """Return the divergence of a window from the others that is exceeded only rarely, beyond what chance explains.

    Granted to the null where the season is unknown.
    """
    total = counts.sum(0)
    rows = counts.sum(1, keepdims=True)
    usable = rows[:, 0] > 0
    if usable.sum() < 2:
        return 0.0
    share = (counts + 0.5) / (rows + 0.5 * counts.shape[1])
    others = (total - counts + 0.5) / (total.sum() - rows + 0.5 * counts.shape[1])
    divergence = np.sum(others * np.log(others / share), axis=1) - (counts.shape[1] - 1) / (
        2 * np.maximum(rows[:, 0], 1)
    )
    return max(0.0, float(np.quantile(divergence[usable], level)))


def _criterion(counts: Floats, phase: Phases, noise: float) -> float:
    """Return the criterion of the multinomial with one law a phase, its likelihood tempered by the noise."""
    phases = int(phase.max(initial=0)) + 1
    sums = by_phase(counts, phase, phases) + 0.5
    shares = sums / sums.sum(1, keepdims=True)
    likelihood = float(np.sum(counts * np.log(shares[phase]))) / noise
    parameters = phases * (counts.shape[1] - 1)
    return float(-2 * likelihood + parameters * np.log(max(len(counts), 2)))


def _joined(counts: Floats) -> Floats:
    """Return counts with the sparsest bins joined into one."""
    each = counts.sum(0) / max(len(counts), 1)
    sparse = each < 1.0
    if not sparse.any():
        return counts
    return np.column_stack((counts[:, ~sparse], counts[:, sparse].sum(1)))
