"""One version of one model under one definition: where its windows and its evidence stand. No clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from vedette.engine.against import Against
from vedette.engine.along import end_to_end
from vedette.engine.blocks import along_time
from vedette.engine.counting import no_rows
from vedette.engine.cube import Cube
from vedette.engine.definition import Definition
from vedette.engine.evaluate import Block
from vedette.engine.packing import array_to_plain
from vedette.engine.repeated import Repeated
from vedette.engine.standing import HORIZON, Judge, watcher_of
from vedette.errors import StateError
from vedette.server.evaluation.closing import Axis, micros
from vedette.server.evaluation.expecting import Expecting
from vedette.server.evaluation.labels import Labels
from vedette.server.evaluation.repeats import Repeats
from vedette.values import Floats, Window

#: Of the wire form of evidence, and of the streams that a watcher makes of a definition.
VERSION = 3
#: Windows of estimates kept at hand: those that a late row may still reach without asking the store.
AT_HAND = 2 * HORIZON


class Line:
    """The windows of one version of a model, its newest estimates, and its detectors.

    Attributes
    ----------
    definition : Definition
    axis : Axis
    first : int, optional
        Beginning of the first window stepped; None before.
    stepped, labelled : int
        Windows whose rows, and whose labels, are spent.
    labels : Labels
        When the labels of a window are in.
    expecting : Expecting
        What is expected of windows whose labels are not.
    blocks : list of Block
        Estimates of the newest windows, for the rules.
    repeats : Repeats
        Their fingerprints.
    watcher : Watcher, optional
    known : set of int
        Beginnings of the windows that are counted.
    settled : set of int
        Of those, the ones whose estimates were written as those of a closed window.
    """

    def __init__(self, model: str, version: str, definition: Definition) -> None:
        windows = definition.monitor.windows
        self.model, self.version, self.definition = model, version, definition
        self.axis = Axis(definition.every, windows.timezone)
        self.late = micros(windows.late)
        self._against = Against(definition.plan.chosen, definition.baseline.cube)
        self.watcher = watcher_of(definition, no_rows(Window(0, 0, ""), definition))
        self.judge = Judge(definition, self.watcher)
        self.labels = Labels(micros(windows.label_delay))
        self.expecting = Expecting(definition)
        self.repeats = Repeats(definition.layout, AT_HAND)
        self.first: int | None = None
        self.stepped = self.labelled = 0
        self.blocks: list[Block] = []
        self.known: set[int] = set()
        self.settled: set[int] = set()

    @property
    def depth(self) -> int:
        """How many past windows a window is compared with; 0 for the baseline."""
        return self.definition.monitor.reference.depth

    @property
    def done(self) -> Sequence[Window]:
        """Windows stepped so far, in order."""
        if self.first is None:
            return ()
        start = self.axis.at(self.first)
        return self.axis.windows[start : start + self.stepped]

    def is_done(self, window: Window) -> bool:
        """Tell whether the evidence of a window is spent."""
        done = self.done
        return bool(done) and done[0].start <= window.start <= done[-1].start

    def labels_spent(self, window: Window) -> bool:
        """Tell whether the labels of a window are in and spent."""
        done = self.done[: self.labelled]
        return self.watcher is None or bool(done and done[0].start <= window.start <= done[-1].start)

    def ready(self, mark: int, before: int | None = None) -> Sequence[Window]:
        """Return the windows to judge next: counted, closed by the watermark `mark`, without a gap."""
        place = 0 if self.first is None else self.axis.at(self.first) + self.stepped
        last = place
        for window in self.axis.windows[place:]:
            late = before is not None and window.start >= before
            if late or window.end + self.late > mark or window.start not in self.known:
                break
            last += 1
        return self.axis.windows[place:last]

    def horizon(self, window: Window) -> Sequence[Window]:
        """Return a window and those before it that it is judged with."""
        place = self.axis.at(window.start)
        first = 0 if self.first is None else self.axis.at(self.first)
        return self.axis.windows[max(place + 1 - HORIZON, min(first, place)) : place + 1]

    def repeated(self, window: Window) -> Repeated | None:
        """Return a window whose rows are those of an earlier one, with that one, None otherwise."""
        return self.repeats.of(window, self.horizon(window))

    def at_hand(self, windows: Sequence[Window]) -> bool:
        """Tell whether the estimates of some windows are in memory."""
        held = {w.start for w in self.blocks[0].windows} if self.blocks else set()
        return held.issuperset(w.start for w in windows)

    def estimate(self, cubes: Sequence[Cube], reference: Cube | None = None) -> list[Block]:
        """Return the estimates of some windows, and keep those of the newest at hand.

        `reference` is what a moving reference is now; without one, and before there is a past, it is the baseline.
        """
        against = self._against if reference is None else Against(self._against.chosen, reference)
        blocks = against.estimate(end_to_end(cubes))
        self.blocks = along_time(self.blocks, blocks, AT_HAND)
        self.repeats.keep(cubes)
        return blocks

    def labels_due(self, mark: int) -> Window | None:
        """Return the next window whose labels are to be spent: its rows are, and its labels are in."""
        done = self.done
        if self.labelled >= len(done) or self.watcher is None:
            return None
        window = done[self.labelled]
        return window if self.labels.are_in(window, mark, done[self.labelled + 1 :]) else None

    def step(self, cube: Cube, mark: int) -> dict[str, float]:
        """Spend the rows of the next closed window, and its labels when they are in; the log evidence by stream."""
        window = cube.windows[0]
        self.first = window.start if self.first is None else self.first
        self.stepped += 1
        if self.watcher is None:
            return {}
        known = self.labels_due(mark) == window
        family, streams = self.watcher.step(cube, np.array([known]))
        self.labelled += known
        return {"": float(family[0]), **self._named(streams[0])}

    def step_labels(self, cube: Cube) -> dict[str, float]:
        """Spend the labels of the next window whose rows were spent before; the log evidence of their streams."""
        assert self.watcher is not None
        _, streams = self.watcher.step_labels(cube, self.labelled)
        self.labelled += 1
        outcomes = {_stream(one) for one in self.watcher.streams if one[1] in ("performance", "concept")}
        return {name: value for name, value in self._named(streams[0]).items() if name in outcomes}

    def _named(self, streams: Floats) -> dict[str, float]:
        assert self.watcher is not None
        return {_stream(one): float(e) for one, e in zip(self.watcher.streams, streams, strict=True)}

    def evidence(self) -> bytes:
        """Return what resumes the detectors exactly: MessagePack of arrays, no pickle."""
        state = self.watcher.state() if self.watcher else {}
        plain = {k: array_to_plain(v) if isinstance(v, np.ndarray) else v for k, v in state.items()}
        wire = {
            "vedette": VERSION,
            "first": self.first,
            "stepped": self.stepped,
            "labelled": self.labelled,
            "state": plain,
        }
        return msgspec.msgpack.encode(wire)

    def resume(self, wire: bytes) -> None:
        """Take up what `evidence` returned under the same definition.

        Raises
        ------
        StateError
            Code ``state.damaged``.
        """
        try:
            raw = msgspec.msgpack.decode(wire)
            state = {name: _array(value) for name, value in raw["state"].items()}
            if self.watcher is not None:
                self.watcher.resume(state)
            self.first, self.stepped, self.labelled = raw["first"], raw["stepped"], raw["labelled"]
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            raise StateError(
                f"The evidence of {self.model} {self.version} cannot be read ({error})",
                "MessagePack as the evaluation writes it",
                "Apply the monitor again: its evidence then starts anew",
                code="state.damaged",
            ) from error


def _stream(one: tuple[str, str]) -> str:
    return ":".join(one)


def _array(value: Any) -> Any:
    """Return an array for (type, shape, bytes), anything else as it is."""
    if isinstance(value, list) and len(value) == 3 and isinstance(value[2], bytes):
        kind, shape, data = value
        return np.frombuffer(data, np.dtype(kind)).reshape(shape).copy()
    return value


def evidence_key(definition: Definition) -> str:
    """Return what the evidence spent so far is about: another reference or promise begins anew."""
    promise: Mapping[str, str] = {"false_alarms": definition.monitor.alerts.false_alarms}
    reference = definition.monitor.reference
    told = f"{reference.kind}-{reference.depth}" if reference.depth else "static"
    return f"{VERSION}/{definition.hash}/{definition.baseline.hash}/{promise['false_alarms']}/{told}"
