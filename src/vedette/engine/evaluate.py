"""From states to estimates: every metric over every cell in one call, the reference beside it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from vedette.engine.cube import TOTAL, Cube
from vedette.engine.plan import Chosen
from vedette.metrics.base import Metric
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.values import Estimate, Estimates, Window

#: The distance between distributions that is computed by segment unasked.
DISTANCE = "psi"


class Block(msgspec.Struct, frozen=True):
    """Estimates of one metric over windows x segments of one dimension.

    Attributes
    ----------
    metric : Metric
    dimension : str
        Segment column, "" for all rows.
    segments : tuple of str
    windows : tuple of Window
    current : Estimates of windows x segments rows, in C order (times groups for scope "group")
    reference : Estimates of segments rows (times groups), or None
    groups : tuple of str
        Groups of a "group" metric, else empty.
    """

    metric: Metric
    dimension: str
    segments: tuple[str, ...]
    windows: tuple[Window, ...]
    current: Estimates
    reference: Estimates | None = None
    groups: tuple[str, ...] = ()

    def row(self, window: int, segment: int, group: int = 0) -> int:
        """Return the position of one estimate in `current`."""
        return (window * len(self.segments) + segment) * max(len(self.groups), 1) + group

    def series(self, segment: int, group: int = 0) -> list[int]:
        """Return the positions of one segment's estimates in time order."""
        return [self.row(w, segment, group) for w in range(len(self.windows))]


def evaluate(
    chosen: Sequence[Chosen],
    current: Cube,
    reference: Cube | None,
    dimension: str = TOTAL,
    level: float = 0.95,
) -> list[Block]:
    """Return a block for every metric whose states were counted in this dimension."""
    found = (evaluate_one(one, current, reference, dimension, level) for one in chosen)
    return [block for block in found if block is not None]


def evaluate_all(
    chosen: Sequence[Chosen], current: Cube, reference: Cube | None, level: float = 0.95
) -> list[Block]:
    """Return the blocks of every dimension; by segment, one distance a column (`DISTANCE`), the rest on request."""
    narrow = [one for one in chosen if not one.metric.compares or one.metric.name == DISTANCE]
    return [
        block
        for dimension in current.segments
        for block in evaluate(narrow if dimension else chosen, current, reference, dimension, level)
    ]


def evaluate_one(
    one: Chosen, current: Cube, reference: Cube | None, dimension: str = TOTAL, level: float = 0.95
) -> Block | None:
    """Return the block of one metric, None when its states were not counted."""
    now = _states(one, current, dimension)
    if now is None:
        return None
    then = _states(one, reference, dimension) if reference is not None else None
    segments = current.segments[dimension]
    if one.metric.compares:
        size = len(segments)
        tiled = then and {k: s.take(np.tile(np.arange(size), len(current.windows))) for k, s in then.items()}
        if tiled and reference is not None:
            remembered = {name: reference.state(spec) for name, spec in one.remembers.items()}
            tiled |= {name: state for name, state in remembered.items() if state is not None}
        found, beside = one.metric.compute(now, tiled, level), None
    else:
        found = one.metric.compute(now, None, level)
        beside = one.metric.compute(then, None, level) if then else None
    return Block(one.metric, dimension, tuple(segments), tuple(current.windows), found, beside, _groups(one))


def evaluate_place(
    chosen: Sequence[Chosen], cube: Cube, metric: str, column: str, dimension: str, value: str
) -> Estimate | None:
    """Return the estimate of a metric, by its key, in one place of a cube of one window.

    None where the place has none of its own: the metric compares, or the column or segment is not counted.
    """
    found = (c for c in chosen if c.metric.key == metric and (c.metric.column or "") == column)
    one = next((c for c in found if not c.metric.compares), None)
    block = (
        None if one is None or dimension not in cube.segments else evaluate_one(one, cube, None, dimension)
    )
    if block is None or block.groups or value not in block.segments:
        return None
    return block.current[block.segments.index(value)]


def _states(one: Chosen, cube: Cube, dimension: str) -> dict[str, State] | None:
    states = {name: cube.state(spec, dimension) for name, spec in one.needs.items()}
    if any(state is None for state in states.values()):
        return None
    return {
        name: _known(state) if one.known_only else state
        for name, state in states.items()
        if state is not None
    }


def _known(state: State) -> State:
    """Return the state without its missing entries."""
    if not isinstance(state.spec, Histogram | Categories):
        return state
    counts = state["counts"].copy()
    counts[:, -1] = 0
    return State(state.spec, {"counts": counts})


def _groups(one: Chosen) -> tuple[str, ...]:
    if one.metric.scope != "group":
        return ()
    return tuple(one.metric.groups(one.needs))  # type: ignore[attr-defined]
