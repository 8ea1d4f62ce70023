"""Windows that a calendar leaves out: their rows are shown and not judged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vedette.engine.along import of_windows
from vedette.engine.cube import Cube
from vedette.summaries.base import State

Mask = npt.NDArray[np.bool_]


def emptied(cube: Cube, skip: Mask) -> Cube:
    """Return the cube with the states of some windows as if no rows had come; the cube itself where there are none.

    A detector does not bet on a window without rows, so nothing of its evidence is spent.
    """
    if not skip.any():
        return cube
    kept = Cube(cube.windows, {k: v for k, v in cube.segments.items() if k})
    for (dimension, spec), state in cube.states.items():
        cells = np.repeat(skip, len(cube.segments[dimension]))
        nothing = spec.empty(int(cells.sum()))
        arrays = {name: array.copy() for name, array in state.arrays.items()}
        for name, array in arrays.items():
            array[cells] = nothing.arrays[name]
        kept.states[dimension, spec] = State(spec, arrays)
    kept.rows, kept.notes = cube.rows, cube.notes
    return kept


def dropped(history: Cube, skip: Mask) -> Cube:
    """Return a history without some windows; the whole of it where none would remain."""
    kept = np.flatnonzero(~skip)
    return history if not skip.any() or not len(kept) else of_windows(history, kept.tolist())
