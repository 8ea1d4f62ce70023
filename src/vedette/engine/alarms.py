"""Alarms that keep a promise: evidence over columns, outcomes and segments, window by window, under one budget.

The reference's own windows tell the season and how noisy windows are; each stream is compared with the reference's
windows of the same phase. Evidence is spent in window order and never taken back. It is shared in equal parts by what
is there of three groups: the columns, the outcomes of all rows, and the outcomes of segments; each stream of a group
has as much as its neighbour. So a thousand segments cannot drown the model, nor the model its segments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import convert, to_builtins

from vedette.engine.cube import Cube
from vedette.engine.expected import expected_streams
from vedette.engine.outcomes import MATURE, labelled_share, outcome_streams
from vedette.engine.streams import About, Followed, Part, Past, column_streams, phases, shared
from vedette.engine.windows import Every
from vedette.evidence.detector import Detector
from vedette.evidence.promise import Promise
from vedette.evidence.season import Season
from vedette.layout import Layout
from vedette.values import Segment

Floats = npt.NDArray[np.float64]
#: Windows between an alarm and new evidence that still make one cause: in a column, and in the model's outcomes.
QUIET, TOUCH = 14, 1


class Alarm(msgspec.Struct, frozen=True):
    """One cause in one stream: raised in window `raised`, begun in `onset`, last seen in `last` (window numbers).

    `part` says whether a column's values moved or went missing, or whether the model does worse ("performance"), is
    expected to ("expected"), or its scores mean something else ("concept"); then `metric` (of a class, in a segment)
    names what. `evidence` is what the stream added to the log evidence of the family when it was raised.
    """

    column: str | None
    part: Part
    onset: int
    raised: int
    last: int
    evidence: float
    metric: str = ""
    of: str | None = None
    segment: Segment | None = None

    @property
    def about(self) -> About:
        """What the stream is about."""
        return About(self.part, self.column, self.metric, self.of, self.segment)


class Watch(msgspec.Struct, frozen=True):
    """Outcome of watching a history.

    Attributes
    ----------
    promise : Promise
    threshold : float
        Log evidence at which the family alarms.
    streams : tuple of (name, part)
        Each column is followed twice: the distribution of its values, and whether they are missing. Outcomes are
        named by their metric.
    seasons : tuple of Season
    family : ndarray of shape (windows,)
        Log evidence of the whole model.
    evidence : ndarray of shape (windows, streams)
        Log evidence of each stream.
    alarms : tuple of Alarm
    """

    promise: Promise
    threshold: float
    streams: tuple[tuple[str, Part], ...]
    seasons: tuple[Season, ...]
    family: Floats
    evidence: Floats
    alarms: tuple[Alarm, ...]

    @property
    def outcomes(self) -> bool:
        """Whether the promise covers the model's performance, for which labels must be there."""
        return any(part == "performance" for _, part in self.streams)


def watch(
    cube: Cube,
    history: Cube,
    layout: Layout,
    promise: Promise,
    every: str,
    zone: str = "UTC",
    labelled: npt.NDArray[np.bool_] | None = None,
) -> Watch | None:
    """Return the alarms of a history, None where no column was counted in both.

    Parameters
    ----------
    cube : Cube
        Current windows.
    history : Cube
        The reference in windows of the same length; one window where it carries no time.
    labelled : ndarray of shape (windows,), optional
        Windows whose labels are in. Default: those with about as large a share of labels as the reference, or where
        none has, as windows here usually have.
    """
    watcher = Watcher.over(cube, history, layout, promise, every, zone)
    if watcher is None:
        return None
    share = labelled_share(cube, layout)
    known = watcher.labelled(cube) if labelled is None else labelled
    if labelled is None and (share > 0).any() and not known.any():
        known = share >= MATURE * np.median(share[share > 0])
    family, evidence = watcher.step(cube, known)
    return Watch(
        promise, watcher.threshold, watcher.streams, watcher.seasons, family, evidence, watcher.alarms
    )


class Watcher:
    """The detectors of a model, stepped by closed windows in order; what is stepped is spent.

    A window's rows are stepped when it closes and its labels when they are in, at once (`step`) or
    later (`step_labels`).

    Attributes
    ----------
    threshold : float
    streams : tuple of (name, part)
    seasons : tuple of Season
    alarms : tuple of Alarm
        So far, those that still stand last. Windows are counted from the first one stepped.
    """

    def __init__(
        self,
        followed: Sequence[Followed],
        history: Cube,
        layout: Layout,
        promise: Promise,
        every: str,
        zone: str,
    ) -> None:
        self.every, self.zone, self.followed = every, zone, tuple(followed)
        self._layout, self._usual = layout, labelled_share(history.over_time(), layout)
        self.streams = tuple((_name(one.about), one.about.part) for one in followed)
        self.seasons = tuple(one.season for one in followed)
        days = Every.parse(every).days
        self.threshold = float(np.log(promise.windows_between(days) if days else 1000.0))
        self.detector = Detector([one.stream for one in followed])
        self._labelled = np.array([one.labelled for one in followed])
        self._done: list[Alarm] = []
        self._standing: dict[About, Alarm] = {}

    @classmethod
    def over(
        cls, cube: Cube, history: Cube, layout: Layout, promise: Promise, every: str, zone: str = "UTC"
    ) -> Watcher | None:
        """Return the watcher of what was counted in both cubes, None where there is nothing."""
        past = Past.of(history, every, zone)
        whole, by_segment = outcome_streams(past, cube, layout)
        whole += expected_streams(past, cube, layout)
        groups = (column_streams(past, cube, layout), whole, by_segment)
        followed = shared([group for group in groups if group])
        return cls(followed, history, layout, promise, every, zone) if followed else None

    @property
    def windows(self) -> int:
        """Windows stepped so far."""
        return self.detector.windows

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms so far."""
        return (*self._done, *self._standing.values())

    def step(self, cube: Cube, known: npt.NDArray[np.bool_] | None = None) -> tuple[Floats, Floats]:
        """Take the next closed windows; return the family's log evidence after each, and that of each stream.

        `known`, shape (windows,), tells whose labels are in (default: what `labelled` says); the labels of the others
        may be stepped later.
        """
        known = self.labelled(cube) if known is None else known
        return self._step(cube, ~self._labelled | known[:, None], None)

    def step_labels(self, cube: Cube, first: int) -> tuple[Floats, Floats]:
        """Take the labels of windows whose rows were stepped before, the first of them being window `first`.

        Once a window is stepped its labels are spent: step it when all of them are in, in the order of windows.
        """
        return self._step(cube, np.tile(self._labelled, (len(cube.windows), 1)), first)

    def labelled(self, cube: Cube) -> npt.NDArray[np.bool_]:
        """Return which windows have nearly as large a share of labels as the reference, shape (windows,)."""
        share = labelled_share(cube, self._layout)
        found: npt.NDArray[np.bool_] = (share > 0) & (share >= MATURE * self._usual)
        return found

    def state(self) -> dict[str, Any]:
        """Return what resumes the watcher exactly: arrays of the detector, and the alarms as plain values."""
        done, standing = self._done, list(self._standing.values())
        return {**self.detector.state(), "done": to_builtins(done), "standing": to_builtins(standing)}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Take up a state returned by `state` of a watcher of the same reference and columns."""
        self.detector.resume({k: v for k, v in state.items() if k not in ("done", "standing")})
        self._done = convert(state["done"], list[Alarm])
        self._standing = {a.about: a for a in convert(state["standing"], list[Alarm])}

    def _step(self, cube: Cube, taken: npt.NDArray[np.bool_], first: int | None) -> tuple[Floats, Floats]:
        """Step the streams that are taken in each window, shape (windows, streams)."""
        counts = [one.counts(cube) for one in self.followed]
        now = phases(cube.windows, self.every, self.zone)
        phase = np.stack([now[season.name] for season in self.seasons], axis=1)
        rows = np.repeat(np.arange(len(counts)), [c.shape[1] for c in counts])
        columns = np.concatenate([np.arange(c.shape[1]) for c in counts])
        flat = np.concatenate(counts, axis=1) * taken[:, rows]
        family, streams = np.empty(len(flat)), np.empty((len(flat), len(counts)))
        for t, values in enumerate(flat):
            window = np.zeros((len(counts), int(columns.max()) + 1))
            window[rows, columns] = values
            family[t], streams[t] = self._one(window, phase[t], None if first is None else first + t)
        return family, streams

    def _one(self, counts: Floats, phase: npt.NDArray[np.int64], number: int | None) -> tuple[float, Floats]:
        t = self.windows if number is None else number
        evidence = self.detector.step(counts, phase, number)
        if evidence.family >= self.threshold:
            carried = evidence.streams + self.detector.log_share
            for s in _guilty(carried, self.threshold):
                about = self.followed[s].about
                found = (int(evidence.onset[s]), t, t, float(carried[s]))
                new = Alarm(about.column, about.part, *found, about.metric, about.of, about.segment)
                self._standing[about] = _extended(self._standing.get(about), new, self._done)
                self.detector.reset([s])
        return evidence.family, evidence.streams


def _name(about: About) -> str:
    """Return what a stream is about in words; unique together with its part."""
    name = about.column or (f"{about.metric} of {about.of}" if about.of else about.metric)
    return f"{name} where {about.segment}" if about.segment else name


def _guilty(streams: Floats, threshold: float) -> npt.NDArray[np.intp]:
    """Return the streams that carry the family's evidence: those that would alarm by themselves, else the first.

    `streams` is what each adds to the family: its log evidence and the log of its share.
    """
    alone = np.flatnonzero(streams >= threshold)
    return alone if len(alone) else np.array([np.argmax(streams)])


def _extended(known: Alarm | None, new: Alarm, done: list[Alarm]) -> Alarm:
    """Return the standing alarm of a stream with this window added, or a new one when the last cause is gone.

    A cause goes on when the evidence hardly fell back to nothing in between. A column that has moved away comes back
    for a week and moves again: that is one cause; a bad day and another bad day of the model are two.
    """
    if known is not None and new.onset - known.last <= (QUIET if known.column else TOUCH):
        return msgspec.structs.replace(known, last=max(new.raised, known.last))
    if known is not None:
        done.append(known)
    return new
