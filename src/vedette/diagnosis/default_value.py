"""A single value that took the place of many: a default where a measurement should be."""

from __future__ import annotations

import msgspec
import numpy as np

from vedette.diagnosis.marginals import Marginal, divergence

#: New mass that one bin must hold; less is enough outside the reference's range, where nothing was before.
INSIDE, OUTSIDE = 0.3, 0.05
#: What is left must have kept its shape to within this many nats.
SHAPE = 0.02
#: Other bins with reference rows that it takes to judge the shape of the rest.
OTHERS = 4


class DefaultValue(msgspec.Struct, frozen=True):
    """One value's share of rows now and then, and the value or interval in words."""

    value: str
    now: float
    then: float


def default_value(marginal: Marginal) -> DefaultValue | None:
    """Value that gained a large share of the rows while the rest kept its shape, None where there is none.

    Real drift moves neighbours too; a default takes rows from everywhere alike. Where a whole column became one
    value the extremes must agree that it is one.
    """
    now, then = marginal.counts_now[:-1], marginal.counts_then[:-1]
    if not (now.sum() >= 50 and then.sum() >= 50):
        return None
    gained = now / now.sum() - then / then.sum()
    best = int(np.argmax(gained))
    needed = OUTSIDE if marginal.numeric and best in (0, len(now) - 1) else INSIDE
    if not marginal.numeric and best >= len(now) - 2:
        return None  # unseen and other categories are not one value
    rest_now, rest_then = np.delete(now, best), np.delete(then, best)
    if gained[best] < needed or np.count_nonzero(rest_then) < OTHERS or not _single(marginal, best):
        return None
    apart = divergence(rest_now, rest_then)
    if rest_now.sum() >= 50 and apart.effect > SHAPE and apart.p < 1e-3:
        return None
    return DefaultValue(_named(marginal, best), float(now[best] / now.sum()), float(then[best] / then.sum()))


def _single(marginal: Marginal, best: int) -> bool:
    """Tell whether what fell outside the range, or made up the whole column, may be one value."""
    counts, spread = marginal.counts_now[:-1], marginal.spread_now
    if not marginal.numeric or counts[best] < 0.9 * counts.sum():
        return True
    if spread is None:
        return best not in {0, len(counts) - 1}
    return spread.high == spread.low


def _named(marginal: Marginal, best: int) -> str:
    """Return the value in words: a category, an extreme outside the range, else the middle of a narrow bin."""
    spec = marginal.now.spec
    if not marginal.numeric:
        return str(spec.names()[best])  # type: ignore[attr-defined]
    edges = spec.binning.edges  # type: ignore[attr-defined]
    spread = marginal.spread_now
    if best == 0:
        return f"{spread.low:g}" if spread is not None else f"< {edges[0]:g}"
    if best == len(edges):
        return f"{spread.high:g}" if spread is not None else f"≥ {edges[-1]:g}"
    low, high = edges[best - 1], edges[best]
    return "0" if low < 0 <= high else f"{(low + high) / 2:.4g}"
