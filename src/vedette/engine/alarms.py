"""Alarms that keep a promise: evidence over all columns of a model, window by window, under one budget.

The reference's own windows tell the season and how noisy windows are; each column is compared with the reference's
windows of the same phase. Evidence is spent in window order and never taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.cube import Cube
from vedette.engine.windows import Every
from vedette.evidence.detector import Detector, Stream
from vedette.evidence.promise import Promise
from vedette.evidence.season import Season, by_phase, choose_season, restlessness
from vedette.layout import Layout
from vedette.summaries.base import State
from vedette.summaries.categories import Categories
from vedette.summaries.histogram import Histogram
from vedette.values import Window

Floats = npt.NDArray[np.float64]
#: What of a column is followed.
Part = Literal["values", "missing"]
#: Categories that have a bin of their own; the rest count together.
TOP = 20
#: Coarse bins under which values outside the reference's range have bins of their own.
FEW = 5
#: Windows without new evidence after which an alarm's cause counts as gone.
QUIET = 14


class Alarm(msgspec.Struct, frozen=True):
    """One cause in one column: raised in window `raised`, begun in `onset`, last seen in `last` (window numbers).

    `part` says whether the values moved or went missing; `evidence` is the log evidence of the column when it was
    raised.
    """

    column: str
    part: Part
    onset: int
    raised: int
    last: int
    evidence: float


class Watch(msgspec.Struct, frozen=True):
    """Outcome of watching a history.

    Attributes
    ----------
    promise : Promise
    threshold : float
        Log evidence at which the family alarms.
    streams : tuple of (column, part)
        Each column is followed twice: the distribution of its values, and whether they are missing.
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


def watch(
    cube: Cube, history: Cube, layout: Layout, promise: Promise, every: str, zone: str = "UTC"
) -> Watch | None:
    """Return the alarms of a history, None where no column was counted in both.

    Parameters
    ----------
    cube : Cube
        Current windows.
    history : Cube
        The reference in windows of the same length; one window where it carries no time.
    """
    names = [c.name for c in layout.monitored() if c.role != "label" and c.kind in ("number", "category")]
    pairs = {n: (cube.state(layout.bins(n)), history.state(layout.bins(n))) for n in names}
    usable = {n: (a, b) for n, (a, b) in pairs.items() if a is not None and b is not None}
    if not usable:
        return None
    past, now = phases(history.windows, every, zone), phases(cube.windows, every, zone)
    cycles = {name: _cycles(history.windows, name) for name in past}
    made, counts, named = [], [], []
    for name, (current, before) in usable.items():
        for part, mine, theirs in zip(_PARTS, parts(coarse(current)), parts(coarse(before)), strict=True):
            made.append(_stream(theirs, _ordered(before) and part == "values", past, cycles))
            counts.append(mine)
            named.append((name, part))
    days = Every.parse(every).days
    threshold = float(np.log(promise.windows_between(days) if days else 1000.0))
    detector = Detector([stream for stream, _ in made])
    seasons = tuple(season for _, season in made)
    phase = np.stack([now[s.name] for s in seasons], axis=1)
    family, evidence, alarms = _run(detector, counts, phase, named, threshold)
    return Watch(promise, threshold, tuple(named), seasons, family, evidence, alarms)


def coarse(state: State) -> Floats:
    """Return coarse counts of shape (cells, bins), the last bin for missing."""
    spec, counts = state.spec, state["counts"].astype(float)
    if isinstance(spec, Histogram):
        starts = np.asarray(spec.coarse or (0,))
        if len(starts) < FEW:  # else a column that was all but constant could go anywhere unseen
            starts = np.unique((0, 1, *starts, counts.shape[1] - 2))
        inside = np.add.reduceat(counts[:, :-1], starts, axis=1)
        return np.column_stack((inside, counts[:, -1]))
    assert isinstance(spec, Categories)
    top = min(TOP, len(spec.known))
    rest = counts[:, top : len(spec.known) + 1].sum(1)
    return np.column_stack((counts[:, :top], rest, counts[:, -2:]))


_PARTS: tuple[Part, Part] = ("values", "missing")


def parts(counts: Floats) -> tuple[Floats, Floats]:
    """Return the counts of present values (an empty bin for missing), and of present against missing.

    They vary for different reasons: values cluster (all flights of an hour have one temperature), outages do not, and
    one dispersion for both would hide an outage behind the weather.
    """
    values = np.column_stack((counts[:, :-1], np.zeros(len(counts))))
    return values, np.column_stack((counts[:, :-1].sum(1), counts[:, -1]))


def _ordered(state: State) -> bool:
    return isinstance(state.spec, Histogram)


def phases(windows: Sequence[Window], every: str, zone: str) -> dict[str, npt.NDArray[np.int64]]:
    """Return the phase of every window for each season that its length can show."""
    flat = np.zeros(len(windows), np.int64)
    days = Every.parse(every).days
    if days is None or days > 1 or len(windows) == 1:
        return {"none": flat}
    tz = ZoneInfo(zone)
    local = [datetime.fromtimestamp(w.start / 1e6, UTC).astimezone(tz) for w in windows]
    weekday = np.array([t.weekday() for t in local])
    found = {"none": flat, "weekday": weekday}
    if days < 1:
        hour = np.array([t.hour for t in local])
        found |= {"hour": hour, "weekday x hour": weekday * 8 + hour // 3}
    return found


def _cycles(windows: Sequence[Window], name: str) -> float:
    if name == "none":
        return float("inf")
    return (windows[-1].end - windows[0].start) / 86_400e6 / (1.0 if name == "hour" else 7.0)


def _stream(
    counts: Floats, ordered: bool, past: Mapping[str, npt.NDArray[np.int64]], cycles: Mapping[str, float]
) -> tuple[Stream, Season]:
    season = choose_season(counts, past, cycles)
    grouped = by_phase(counts, past[season.name], season.phases)
    granted = 0.0 if season.known or len(counts) == 1 else restlessness(counts)
    return Stream(grouped, ordered, season.dispersion, granted), season


def _run(
    detector: Detector,
    counts: list[Floats],
    phase: npt.NDArray[np.int64],
    names: list[tuple[str, Part]],
    threshold: float,
) -> tuple[Floats, Floats, tuple[Alarm, ...]]:
    size = max(c.shape[1] for c in counts)
    padded = np.stack([np.pad(c, ((0, 0), (0, size - c.shape[1]))) for c in counts], axis=1)
    family, streams = np.empty(len(padded)), np.empty(padded.shape[:2])
    alarms: list[Alarm] = []
    standing: dict[tuple[str, Part], Alarm] = {}
    for t, window in enumerate(padded):
        evidence = detector.step(window, phase[t])
        family[t], streams[t] = evidence.family, evidence.streams
        if evidence.family < threshold:
            continue
        for s in _guilty(evidence.streams, threshold):
            column, part = names[s]
            new = Alarm(column, part, int(evidence.onset[s]), t, t, float(evidence.streams[s]))
            standing[names[s]] = _extended(standing.get(names[s]), new, alarms)
            detector.reset([s])
    return family, streams, (*alarms, *standing.values())


def _guilty(streams: Floats, threshold: float) -> npt.NDArray[np.intp]:
    """Return the streams that carry the family's evidence: those that would alarm by themselves, else the first."""
    alone = np.flatnonzero(streams - np.log(len(streams)) >= threshold)
    return alone if len(alone) else np.array([np.argmax(streams)])


def _extended(known: Alarm | None, new: Alarm, done: list[Alarm]) -> Alarm:
    """Return the standing alarm of a column with this window added, or a new one when the last cause is gone."""
    if known is not None and new.raised - known.last <= QUIET:
        return msgspec.structs.replace(known, last=new.raised)
    if known is not None:
        done.append(known)
    return new
