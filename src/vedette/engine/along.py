"""Cubes along time: windows joined end to end, taken apart, and merged into a reference of the past."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from vedette.engine.cube import TOTAL, Cube
from vedette.summaries.base import State, Summary
from vedette.values import joined


def end_to_end(cubes: Sequence[Cube], keys: Collection[tuple[str, Summary]] | None = None) -> Cube:
    """Return one cube with the windows of all, in the order given; their segments and specs are the same.

    With `keys`, (dimension, spec), only these states are joined.

    Examples
    --------
    >>> from vedette.values import Window
    >>> days = [Cube([Window(day, day + 1, str(day))], {}) for day in range(3)]
    >>> [w.label for w in end_to_end(days).windows]
    ['0', '1', '2']
    """
    first = cubes[0]
    if len(cubes) == 1 and keys is None:
        return first
    long = Cube([w for cube in cubes for w in cube.windows], _named(first))
    for key, state in first.states.items():
        if keys is not None and key not in keys:
            continue
        parts = [cube.states[key] for cube in cubes]
        arrays = {name: np.concatenate([p.arrays[name] for p in parts]) for name in state.arrays}
        long.states[key] = State(state.spec, arrays)
    long.rows = sum(cube.rows for cube in cubes)
    long.notes = joined([note for cube in cubes for note in cube.notes])
    return long


def of_windows(cube: Cube, numbers: Sequence[int]) -> Cube:
    """Return the cube of some windows by their numbers."""
    picked = Cube([cube.windows[i] for i in numbers], _named(cube))
    chosen = np.asarray(numbers, np.intp)
    for (dimension, spec), state in cube.states.items():
        size = len(cube.segments[dimension])
        picked.states[dimension, spec] = state.take((chosen[:, None] * size + np.arange(size)).ravel())
    picked.rows, picked.notes = cube.rows, cube.notes
    return picked


def _named(cube: Cube) -> dict[str, list[str]]:
    return {name: values for name, values in cube.segments.items() if name != TOTAL}
