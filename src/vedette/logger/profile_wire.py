"""The wire form of a profile: MessagePack of windows and states, and nothing of a row."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from vedette.engine.baseline import Baseline
from vedette.engine.cube import Cube
from vedette.errors import StateError
from vedette.layout import Layout
from vedette.summaries.base import State, Summary
from vedette.values import Window


class Body(msgspec.Struct, omit_defaults=False):
    """What is posted to ``/v1/models/<model>/profiles``.

    Attributes
    ----------
    layout_hash, baseline : str
        Of the layout whose bins were counted, and of the whole baseline.
    version : str
        Of the model; empty where none was given.
    rows : int
        Predictions and labels counted since the last profile of this version.
    windows : list of (start, end, label)
        Times in microseconds since the epoch.
    segments : dict of str to list of str
        Values of each segment column.
    states : list of (dimension, bytes)
        As `State.encode` writes them; cells in C order (window, segment).
    lost : dict of str to int
        Rows given up since the last report, by reason.
    """

    layout_hash: str
    baseline: str
    version: str
    rows: int
    windows: list[tuple[int, int, str]]
    segments: dict[str, list[str]]
    states: list[tuple[str, bytes]]
    lost: dict[str, int] = {}


def layout_hash(layout: Layout) -> str:
    """Return sixteen hexadecimal digits that are equal for equal layouts."""
    return hashlib.sha256(msgspec.msgpack.encode(msgspec.to_builtins(layout))).hexdigest()[:16]


def encode(
    baseline: Baseline,
    version: str,
    rows: int,
    states: Mapping[Window, Mapping[tuple[str, Summary], State]],
    segments: Mapping[str, Sequence[str]],
    lost: dict[str, int],
) -> bytes:
    """Return the body of one profile."""
    keys = dict.fromkeys(key for by_spec in states.values() for key in by_spec)
    sizes = {"": 1, **{name: len(values) for name, values in segments.items()}}
    body = Body(
        layout_hash(baseline.layout),
        baseline.hash,
        version,
        rows,
        [(w.start, w.end, w.label) for w in states],
        {name: list(values) for name, values in segments.items()},
        [
            (d, _joined([by.get((d, s), s.empty(sizes[d])) for by in states.values()]).encode())
            for d, s in keys
        ],
        lost,
    )
    return msgspec.msgpack.encode(body)


def decode(wire: bytes) -> Body:
    """Return the body behind a wire form.

    Raises
    ------
    StateError
        Code ``state.damaged``.
    """
    try:
        return msgspec.msgpack.decode(wire, type=Body)
    except msgspec.MsgspecError as error:
        raise StateError(
            f"A profile cannot be read ({error})",
            "MessagePack as Logger writes it in profile mode",
            "Send it again from a logger of this release",
            code="state.damaged",
        ) from error


def cube_of(body: Body) -> Cube:
    """Return the states of a profile over its windows."""
    cube = Cube([Window(*w) for w in body.windows], body.segments)
    for dimension, wire in body.states:
        state = State.decode(wire)
        cube.states[dimension, state.spec] = state
    cube.rows = body.rows
    return cube


def _joined(parts: Sequence[State]) -> State:
    """Return the cells of several states one after the other."""
    arrays: dict[str, Any] = {
        name: np.concatenate([p.arrays[name] for p in parts]) for name in parts[0].arrays
    }
    return State(parts[0].spec, arrays)
