"""Delays of labels in windows that are counted one by one: the same bins for all, ages told anew at every look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vedette.engine.cube import TOTAL, Cube
from vedette.engine.fit import coarse_bins
from vedette.errors import VedetteError
from vedette.layout import Layout
from vedette.summaries.base import State
from vedette.summaries.label_delays import ALL, WAITING, LabelDelays
from vedette.values import Floats

#: Where nobody said how long labels take: up to this many microseconds, and this many windows, they are looked at.
_LONGEST, _WINDOWS = 400 * 86_400_000_000, 100
#: An edge is so many times as long as the one before; up to so many windows there is one for each.
_GROWTH, _EACH = 1.35, 7
#: Parts of a window whose rows are taken to be of one age.
_PARTS = 8
#: Least weight of a row as one that waits, however old it is: some get no label at all.
_NEVER = 0.05


def delay_spec(layout: Layout, reference: Cube, length: int, declared: int) -> LabelDelays | None:
    """Return what to count of label delays in every window, None where a nowcast is not defined.

    As in a run over a history it takes two classes, a score, a labelled reference, and a word of when labels come.

    Parameters
    ----------
    layout : Layout
    reference : Cube
    length : int
        Of a window, microseconds.
    declared : int
        How long labels may take, microseconds; 0 where nobody said.
    """
    schema = layout.schema
    if layout.task != "binary" or schema.time is None or layout.label is None:
        return None
    if schema.label_time is None and not declared:
        return None
    try:
        score = layout.score_bins()
    except VedetteError:
        return None
    then = reference.state(score)
    if then is None or not then["counts"][..., :2].sum():
        return None
    return LabelDelays(
        score=score,
        coarse=coarse_bins(then["counts"][0].sum(axis=(1, 2))[:-1]),
        time=str(schema.time),
        as_of=0,  # the age of a row is told from its window: see `aged`
        edges=delay_edges(length, declared),
        label_time=schema.label_time,
    )


def delay_edges(length: int, declared: int = 0) -> tuple[int, ...]:
    """Return the upper ends of delay bins that serve windows of one length from now on, microseconds.

    Parts of a window, then windows, then each a third longer, to a quarter beyond the declared end.

    Examples
    --------
    >>> hour = 3_600_000_000
    >>> [edge // hour for edge in delay_edges(24 * hour)][:12]
    [0, 1, 2, 3, 6, 9, 12, 18, 24, 48, 72, 96]
    >>> [edge / hour for edge in delay_edges(24 * hour, declared=8 * hour)]
    [0.0, 1.0, 2.0, 3.0, 6.0, 8.0, 9.0, 10.0]
    """
    parts = length * np.array([0, 1, 2, 3, 6, 9, 12, 18]) // 24
    end = declared * 5 // 4 if declared else max(_WINDOWS * length, _LONGEST)
    steps = max(0, int(np.ceil(np.log(end / (_EACH * length)) / np.log(_GROWTH))))
    beyond = (_EACH * length * _GROWTH ** np.arange(1, steps + 1)).astype(np.int64)
    found = np.unique([*parts, *(length * np.arange(1, _EACH + 1)), *beyond, declared, end])
    return tuple(found[found <= end].tolist())


def aged(cube: Cube, spec: LabelDelays, now: int) -> Cube:
    """Return the states that a nowcast reads, with the rows as old as they are at an instant.

    States hold how long labels took, and not when in its window a row fell: rows are taken to be spread evenly over
    their window, and those that wait to be the younger ones as far as the delays seen so far say so.

    Parameters
    ----------
    cube : Cube
        Windows with the states of `spec`.
    spec : LabelDelays
    now : int
        Microseconds since the epoch.
    """
    counted = cube.states[TOTAL, spec]["counts"].astype(float)
    ages = _ages([(w.start, min(w.end, max(now, w.start + 1))) for w in cube.windows], spec, now)
    counts = np.zeros_like(counted)
    counts[:, :, :2] = counted[:, :, :2]
    out = _still_out(counted[:, :, :2].sum(axis=(0, 1, 2)))
    for kind, weight in ((ALL, np.ones_like(ages, float)), (WAITING, out[ages] + _NEVER)):
        share = weight / weight.sum(axis=1, keepdims=True)
        rows = counted[:, :, kind].sum(axis=-1)
        for part in range(_PARTS):
            np.add.at(
                counts[:, :, kind],
                (np.arange(len(ages))[:, None], np.arange(spec.strata)[None], ages[:, part, None]),
                rows * share[:, part, None],
            )
    seen = Cube(cube.windows, {})
    seen.states = {key: state for key, state in cube.states.items() if key[0] == TOTAL}
    seen.states[TOTAL, spec] = State(spec, {"counts": counts})
    seen.rows = cube.rows
    return seen


def _ages(spans: Sequence[tuple[int, int]], spec: LabelDelays, now: int) -> npt.NDArray[np.intp]:
    """Return the age of each part of each window, in passed edges, shape (windows, parts)."""
    start, end = np.asarray(spans, np.int64).reshape(-1, 2).T
    middle = (np.arange(_PARTS) + 0.5) / _PARTS
    born = start[:, None] + ((end - start)[:, None] * middle).astype(np.int64)
    return np.searchsorted(spec.edges, now - born, side="right")


def _still_out(delays: Floats) -> Floats:
    """Return the share of labels that are not in at each age, by those that are: too small for young rows."""
    whole = delays.sum()
    if not whole:
        return np.zeros(len(delays))
    known = np.concatenate(([0.0], np.cumsum(delays)[:-1])) / whole
    return np.asarray(1 - known)
