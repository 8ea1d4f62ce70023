"""Two versions of a model on the same windows: by how much they differ, and whether their rows are of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from vedette.engine.bins import coarse
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import evaluate
from vedette.evidence.two_sample import TwoSample
from vedette.rules.change import difference
from vedette.values import Direction, Estimate

Outcome = Literal["better", "worse", "even", "unknown"]


class Rivalry(msgspec.Struct, frozen=True):
    """One metric of two versions.

    Attributes
    ----------
    metric, title, unit : str
    better : {"higher", "lower", "neither"}
    champion, challenger : Estimate
    difference : Estimate
        Challenger less champion, with the interval of two independent estimates (Newcombe's for shares).
    outcome : {"better", "worse", "even", "unknown"}
        Of the challenger; "even" where the interval holds 0.
    """

    metric: str
    title: str
    unit: str
    better: Direction
    champion: Estimate
    challenger: Estimate
    difference: Estimate
    outcome: Outcome


class Contest(msgspec.Struct, frozen=True):
    """Two versions side by side.

    Attributes
    ----------
    windows : int
        In which both had rows.
    rows : tuple of int
        Of champion and challenger in these.
    metrics : tuple of Rivalry
    evidence : float
        p-value-like bound, however often one looks, of "in each window both see rows and give scores of one kind";
        1 where nothing speaks against it.
    columns : dict of str to float
        The same by column, without a correction for their number; the strongest evidence first.
    """

    windows: int
    rows: tuple[int, int]
    metrics: tuple[Rivalry, ...]
    evidence: float
    columns: dict[str, float]


def contest(
    champion: Sequence[Cube], challenger: Sequence[Cube], definition: Definition, level: float = 0.95
) -> Contest:
    """Return two versions compared on the windows in which both have rows.

    Parameters
    ----------
    champion, challenger : sequence of Cube
        One window each, of the same windows, in order.

    Notes
    -----
    The intervals take the versions as scored on different rows (a split of the traffic); for a challenger that scores
    the very rows of the champion they are too wide, never too narrow, where the two tend to be right together.
    """
    pairs = [(a, b) for a, b in zip(champion, challenger, strict=True) if a.rows and b.rows]
    if not pairs:
        return Contest(0, (0, 0), (), 1.0, {})
    mine, other = (_merged([pair[i] for pair in pairs]) for i in (0, 1))
    chosen = [
        one for one in definition.plan.chosen if one.metric.scope == "model" and not one.metric.compares
    ]
    blocks = zip(
        evaluate(chosen, mine, None, TOTAL, level), evaluate(chosen, other, None, TOTAL, level), strict=True
    )
    metrics = tuple(
        _rivalry(a.metric.key, a.metric.title, a.metric.unit, a.metric.better, a.current[0], b.current[0])
        for a, b in blocks
    )
    evidence, columns = _one_kind(pairs, definition)
    return Contest(len(pairs), (mine.rows, other.rows), metrics, evidence, columns)


def _merged(cubes: Sequence[Cube]) -> Cube:
    total = cubes[0]
    for cube in cubes[1:]:
        total = total.merge(cube)
    return total


def _rivalry(
    metric: str, title: str, unit: str, better: Direction, champion: Estimate, challenger: Estimate
) -> Rivalry:
    gap = difference(challenger, champion)
    outcome: Outcome = "unknown"
    if gap.low is not None and gap.high is not None:
        outcome = "even"
        if (gap.low > 0 or gap.high < 0) and better != "neither":
            outcome = "better" if (gap.low > 0) == (better == "higher") else "worse"
    return Rivalry(metric, title, unit, better, champion, challenger, gap, outcome)


def _one_kind(pairs: Sequence[tuple[Cube, Cube]], definition: Definition) -> tuple[float, dict[str, float]]:
    """Return the evidence that the versions' rows or scores are of two kinds, and of which columns it comes."""
    layout = definition.layout
    names = [
        c.name
        for c in layout.monitored()
        if c.role != "label"
        and c.kind in ("number", "category")
        and pairs[0][0].state(layout.bins(c.name)) is not None
    ]
    if not names:
        return 1.0, {}
    counts = [[_counts(cube, names, definition) for cube in pair] for pair in pairs]
    size = max(c.shape[0] for pair in counts for side in pair for c in side)
    test = TwoSample(len(names), size)
    for a, b in counts:
        test.step(_padded(a, size), _padded(b, size))
    order = np.argsort(-test.log_e)
    columns = {names[i]: float(np.exp(-max(test.log_e[i], 0.0))) for i in order}
    return float(np.exp(-max(test.highest, 0.0))), columns


def _counts(cube: Cube, names: Sequence[str], definition: Definition) -> list[np.ndarray]:
    return [coarse(cube.states[TOTAL, definition.layout.bins(name)])[0] for name in names]


def _padded(counts: Sequence[np.ndarray], size: int) -> np.ndarray:
    return np.stack([np.pad(c, (0, size - len(c))) for c in counts])
