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
#: Degrees of freedom from which the variation of windows is looked at by direction.
LEAST = 8
#: Standard errors beyond which it is more than chance, and the most that neighbouring windows are taken to share.
SURE, MOST = 3.0, 0.9


class Season(NamedTuple):
    """A stream's season.

    Attributes
    ----------
    name : str
        "none", "hour", "weekday" or "weekday x hour".
    phases : int
    dispersion : float
        How many rows count as one, at least 1: Pearson's statistic over its degrees of freedom, or the variation
        along the direction that varies most.
    known : bool
        False when the reference is too short to tell.
    """

    name: str
    phases: int
    dispersion: float
    known: bool


def choose_season(
    counts: Floats, candidates: Mapping[str, Phases], cycles: Mapping[str, float], *, ordered: bool = True
) -> Season:
    """Return the season that explains the reference's windows best, by the Bayesian information criterion.

    Parameters
    ----------
    counts : ndarray of shape (windows, b)
    candidates : mapping of name to phase number of each window, shape (windows,)
        "none" among them.
    cycles : mapping of name to the number of cycles the reference holds
    ordered : bool
        Whether the bins have an order.

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
    varies = max(dispersion(counts, phase), wobble(counts, phase, ordered=ordered))
    return Season(best, int(phase.max(initial=0)) + 1, varies, len(usable) > 1)


def by_phase(counts: Floats, phase: Phases, phases: int) -> Floats:
    """Return counts summed over the windows of each phase, shape (phases, b)."""
    found = np.zeros((phases, counts.shape[1]))
    np.add.at(found, phase, counts)
    return found


def dispersion(counts: Floats, phase: Phases) -> float:
    """Return how many times as much windows of one phase vary as independent rows would, at least 1.

    Pearson's statistic over its degrees of freedom, where that is beyond chance (`SURE` standard errors): else
    independent rows would lose a twentieth of their worth to the noise of a short reference. Bins whose expected
    count is under one row a window are joined.

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
    return _beyond_chance(float(pearson / freedom), freedom) if freedom > 0 else 1.0


def wobble(counts: Floats, phase: Phases, *, ordered: bool = True) -> float:
    """Return how many times as much windows vary as independent rows would along the direction that varies most.

    Windows seldom vary alike in all bins. Where a mean wobbles, all of the variation lies in one direction, the one
    that bets on shifts look along; spread over all bins it looks nine times as small, and dividing by that let an
    alarm come every fourth window (``benchmarks/alarms.py``). Variation that persists from window to window adds up
    along time, and counts as `(1 + r) / (1 - r)` times as much. Directions are location and spread where bins have
    an order, else each bin; one counts only where it is beyond chance (`SURE` standard errors), so that independent
    rows keep their worth. 1 where none is.
    """
    rows = counts.sum(1)
    used = rows > 0
    phases = int(phase.max(initial=0)) + 1
    freedom = int(np.count_nonzero(used)) - phases
    if freedom < LEAST:
        return 1.0
    sums = by_phase(counts, phase, phases)
    shares = (sums / np.maximum(sums.sum(1, keepdims=True), 1.0))[phase[used]]
    residual = counts[used] - shares * rows[used, None]
    found = [1.0]
    for scores in _directions(sums.sum(0) / max(sums.sum(), 1.0), ordered=ordered):
        mean = shares @ scores
        spread = np.maximum(shares @ scores**2 - mean**2, 0.0) * rows[used]
        with np.errstate(divide="ignore", invalid="ignore"):
            r = np.where(spread > 0, residual @ scores / np.sqrt(spread), 0.0)
        size = float(r @ r) / freedom
        if _beyond_chance(size, freedom) > 1:
            found.append(size * _persistence(r))
    return max(found)


def _beyond_chance(size: float, freedom: int) -> float:
    """Return a dispersion that independent rows would hardly show, else 1."""
    return size if size > 1 + SURE * np.sqrt(2 / freedom) else 1.0


def _directions(shares: Floats, *, ordered: bool) -> Floats:
    """Return scores of the bins, one row a direction."""
    present = np.flatnonzero(shares * (1 - shares) > 0)
    if not ordered:
        return np.eye(len(shares))[present]
    rank = np.cumsum(shares) - shares / 2
    centred = rank - rank @ shares
    return np.stack((rank, centred**2))


def _persistence(residual: Floats) -> float:
    """Return by how much variation that persists adds up over windows, 1 where none does beyond chance."""
    total = float(residual @ residual)
    r = float(residual[1:] @ residual[:-1]) / total if total > 0 else 0.0
    return (1 + min(r, MOST)) / (1 - min(r, MOST)) if r > SURE / np.sqrt(len(residual)) else 1.0


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
    """Return counts with the sparsest bins joined into one; bins that are always empty vary not, nor count."""
    counts = counts[:, counts.any(0)]
    each = counts.sum(0) / max(len(counts), 1)
    sparse = each < 1.0
    if not sparse.any():
        return counts
    return np.column_stack((counts[:, ~sparse], counts[:, sparse].sum(1)))
