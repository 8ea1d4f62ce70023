"""Labels that were broken on their way: inverted, lost or made up at the same rate for every score."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pattern = Literal["flipped", "lost", "spurious"]


class LabelPattern(msgspec.Struct, frozen=True):
    """How labels were broken, at what rate, and the share of the change (X²) that this explains."""

    pattern: Pattern
    rate: float
    explained: float


def label_pattern(now: npt.ArrayLike, then: npt.ArrayLike) -> LabelPattern | None:
    """Uniform fault of binary labels that explains best how their rate changed in each score bin.

    A fault of the pipeline does not look at the features, so that one rate serves all bins: inverted labels give
    ``p + f (1 - 2p)``, positives lost ``p (1 - f)``, negatives marked positive ``p + f (1 - p)``. A world that
    changed in all bins alike looks the same; the sentence must leave that open.

    Parameters
    ----------
    now, then : array_like of shape (bins, 2)
        Labelled rows by score bin and class.

    Returns
    -------
    LabelPattern or None
        None where labels did not change or no fault of positive rate helps.

    Examples
    --------
    >>> then = np.array([[900, 100], [500, 500], [100, 900]])
    >>> found = label_pattern([[820, 180], [500, 500], [180, 820]], then)  # one in ten inverted
    >>> found.pattern, round(found.rate, 2)
    ('flipped', 0.1)
    """
    a, b = np.asarray(now, float), np.asarray(then, float)
    used = (a.sum(1) > 0) & (b.sum(1) > 0)
    a, b = a[used], b[used]
    n, m = a.sum(1), b.sum(1)
    p, past = a[:, 1] / n, (b[:, 1] + 0.5) / (m + 1)
    pooled = (a[:, 1] + b[:, 1] + 0.5) / (n + m + 1)
    weight = 1 / (pooled * (1 - pooled) * (1 / n + 1 / m))
    moved = p - past
    before = float(np.sum(weight * moved**2)) - len(n)
    if before <= 0:
        return None
    effects: dict[Pattern, Floats] = {"flipped": 1 - 2 * past, "lost": -past, "spurious": 1 - past}
    found = [_fitted(name, moved, effect, weight, before) for name, effect in effects.items()]
    best = max(found, key=lambda one: one.explained)
    return best if 0.01 < best.rate <= 1.0 and best.explained > 0 else None


def _fitted(name: Pattern, moved: Floats, effect: Floats, weight: Floats, before: float) -> LabelPattern:
    rate = float(np.sum(weight * moved * effect) / np.sum(weight * effect**2))
    rate = min(max(rate, 0.0), 1.0)
    left = float(np.sum(weight * (moved - rate * effect) ** 2)) - (len(moved) - 1)
    return LabelPattern(name, rate, 1 - max(left, 0.0) / before)
