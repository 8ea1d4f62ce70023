"""Two columns in each other's place: each has the other's law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.diagnosis.cumulative import Cumulative, chance_gap, gap
from vedette.diagnosis.marginals import Marginal, Spread
from vedette.summaries.categories import Categories

#: Distance each must have from its own reference, and the most that may be left to the other's: little beyond chance,
#: or a quarter of its own where drift lies beneath the swap.
APART, CLOSE, DRIFTED = 0.1, 0.02, 0.12
#: Most that means (in standard deviations) and spreads (in log) may differ.
MOMENTS = 0.5
#: Columns that are tried, those that moved most; pairs grow with the square.
TRIED = 60


class SwappedColumns(msgspec.Struct, frozen=True):
    """Two columns, the larger gap to the other's reference, and the smaller one to their own."""

    left: str
    right: str
    gap: float
    own: float


def swapped_columns(marginals: Sequence[Marginal]) -> Iterator[SwappedColumns]:
    """Yield pairs of columns that changed places, the closest fit first; a column is in one pair at most.

    Misleads where two columns have the same law (then a swap leaves no trace in any single column), and where a
    third column has it too: the pair that fits best is named.
    """
    moved = sorted((m for m in marginals if m.p < 1e-6), key=lambda m: -m.effect)[:TRIED]
    pairs = [_pair(a, b) for a, b in combinations(moved, 2) if a.numeric == b.numeric]
    found = sorted((error, pair.left, pair.right, pair) for error, pair in filter(None, pairs))
    taken: set[str] = set()
    for _, left, right, pair in found:
        if not taken & {left, right}:
            taken |= {left, right}
            yield pair


def _pair(a: Marginal, b: Marginal) -> tuple[float, SwappedColumns] | None:
    error = max(_moments_apart(a.spread_now, b.spread_then), _moments_apart(b.spread_now, a.spread_then))
    if error > MOMENTS:
        return None
    own = min(_gap(a, a)[0], _gap(b, b)[0])
    if own < APART:
        return None
    there, back = _gap(a, b), _gap(b, a)
    crossed = max(there[0], back[0])
    drifted = crossed < min(DRIFTED, own / 4)
    if not drifted and (there[0] > there[1] + CLOSE or back[0] > back[1] + CLOSE or own < 3 * crossed):
        return None
    left, right = sorted((a.column.name, b.column.name))
    return crossed + error, SwappedColumns(left, right, crossed, own)


def _gap(a: Marginal, b: Marginal) -> tuple[float, float]:
    """Return the distance of a's current law from b's reference, and what chance alone allows."""
    if not a.numeric:
        return _share_gap(a, b)
    now, then = Cumulative.of(a.now), Cumulative.of(b.then)
    if now is None or then is None:
        return 1.0, 0.0
    return gap(now, then), chance_gap(now, then)


def _share_gap(a: Marginal, b: Marginal) -> tuple[float, float]:
    """Return the total variation between a's current counts and b's reference, sorted into a's categories."""
    now, mine = a.counts_now[:-1], a.now.spec
    assert isinstance(mine, Categories)
    then = b.counts_then[:-1] if a is b else _sorted_into(mine, b)
    n, m = now.sum(), then.sum()
    if n <= 0 or m <= 0:
        return 1.0, 0.0
    filled = np.count_nonzero(now + then)
    return float(np.abs(now / n - then / m).sum() / 2), float(0.8 * np.sqrt(filled * (1 / n + 1 / m)))


def _sorted_into(mine: Categories, other: Marginal) -> npt.NDArray[np.float64]:
    """Return another column's reference counts by this one's categories; those it lacks are unseen."""
    spec, counts = other.then.spec, other.counts_then
    assert isinstance(spec, Categories)
    known = {name: i for i, name in enumerate(mine.known)}
    known |= dict.fromkeys(mine.rest, len(mine.known))
    found = np.zeros(len(mine.known) + 2)
    for name, count in zip(spec.known, counts, strict=False):
        found[known.get(name, len(mine.known) + 1)] += count
    for name in spec.rest:
        found[known.get(name, len(mine.known) + 1)] += counts[len(spec.known)] / len(spec.rest)
    return found


def _moments_apart(now: Spread | None, then: Spread | None) -> float:
    """Return how far two means (in standard deviations) and spreads (in log) are apart; 0 where unknown."""
    if now is None or then is None:
        return 0.0
    if not (now.sd > 0 and then.sd > 0):
        return 0.0 if now.sd == then.sd and now.mean == then.mean else np.inf
    return max(abs(now.mean - then.mean) / then.sd, abs(float(np.log(now.sd / then.sd))))
