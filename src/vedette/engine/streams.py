"""What a model's detectors follow: each column's values and missing entries, and, once labels are in, its outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from vedette.engine.bins import expected, presence, values
from vedette.engine.cube import TOTAL, Cube
from vedette.engine.windows import Every
from vedette.evidence.detector import AnyStream
from vedette.evidence.laws import Stream
from vedette.evidence.season import Season, by_phase, choose_season, restlessness
from vedette.layout import Layout
from vedette.summaries.base import State, Summary
from vedette.summaries.histogram import Histogram
from vedette.summaries.projections import Projections
from vedette.values import Segment, Window

Floats = npt.NDArray[np.float64]
#: What moved: a column's values, whether they are missing, how well the model does, how well it is expected to do
#: before labels come, what its scores mean, or several columns together.
Part = Literal["values", "missing", "performance", "expected", "concept", "together"]
#: Parts that are about how well the model does, and not about a column.
OUTCOMES: tuple[Part, ...] = ("performance", "expected", "concept")


class About(msgspec.Struct, frozen=True):
    """What a stream is about: a column or, of the outcomes, a metric (of a class, in a segment)."""

    part: Part
    column: str | None = None
    metric: str = ""
    of: str | None = None
    segment: Segment | None = None


class Followed(NamedTuple):
    """One stream: what it is about, how its counts are read off a cube, and what the reference says of it.

    `labelled` streams take a window once its labels are in; `counts` gives shape (windows, bins).
    """

    about: About
    labelled: bool
    counts: Callable[[Cube], Floats]
    stream: AnyStream
    season: Season


class Past(NamedTuple):
    """The reference's windows and their phase in each season that they can show, with how many cycles they hold."""

    history: Cube
    phases: Mapping[str, npt.NDArray[np.int64]]
    cycles: Mapping[str, float]

    @classmethod
    def of(cls, history: Cube, every: str, zone: str) -> Past:
        """Return the past of a history."""
        found = phases(history.windows, every, zone)
        return cls(history, found, {name: _cycles(history.windows, name) for name in found})


def column_streams(past: Past, cube: Cube, layout: Layout) -> list[Followed]:
    """Return two streams for each column counted in both cubes: its values, and whether they are missing.

    Directions through several columns follow them, where the layout has some.
    """
    found: list[Followed] = []
    for column in layout.monitored():
        if column.role == "label" or column.kind not in ("number", "category"):
            continue
        spec = layout.bins(column.name)
        before = past.history.state(spec)
        if before is None or cube.state(spec) is None:
            continue
        for part, read in _READINGS.items():
            usual = expected(before) if part == "values" else read(before)
            stream, season = law(usual, isinstance(spec, Histogram) and part == "values", past)
            found.append(Followed(About(part, column.name), False, reading(spec, read), stream, season))
    return [*found, *_direction_streams(past, cube, layout)]


def _direction_streams(past: Past, cube: Cube, layout: Layout) -> Iterator[Followed]:
    """Yield a stream for each direction through several columns that was counted in both cubes."""
    for spec in layout.projections:
        before = past.history.state(spec)
        if before is None or cube.state(spec) is None:
            continue
        for k in range(len(spec.directions)):
            read = _along(spec, k)
            stream, season = law(read(past.history), True, past)
            about = About("together", metric=spec.embedding or "columns", of=str(k))
            yield Followed(about, False, read, stream, season)


def _along(spec: Projections, direction: int) -> Callable[[Cube], Floats]:
    """Return how the counts along a direction are read off a cube, with an empty bin for missing."""

    def read(cube: Cube) -> Floats:
        counts = cube.states[TOTAL, spec]["counts"][:, direction].astype(float)
        return np.column_stack((counts, np.zeros(len(counts))))

    return read


#: What is followed of a column. Values and gaps vary for different reasons: values cluster (all flights of an hour
#: have one temperature), outages do not, and one dispersion for both would hide an outage behind the weather.
_READINGS: dict[Part, Callable[[State], Floats]] = {"values": values, "missing": presence}


def reading(spec: Summary, read: Callable[[State], Floats]) -> Callable[[Cube], Floats]:
    """Return how counts are read off a cube's state of all rows."""
    return lambda cube: read(cube.states[TOTAL, spec])


def law(counts: Floats, ordered: bool, past: Past) -> tuple[Stream, Season]:
    """Return the stream of a whole law from the reference's counts, shape (windows, bins), and its season."""
    season = choose_season(counts, past.phases, past.cycles, ordered=ordered)
    grouped = by_phase(counts, past.phases[season.name], season.phases)
    granted = 0.0 if season.known or len(counts) == 1 else restlessness(counts)
    return Stream(grouped, ordered, season.dispersion, granted), season


def shared(groups: Sequence[Sequence[Followed]]) -> list[Followed]:
    """Return all streams, each group with an equal share of the evidence, which its streams share equally."""
    return [
        one._replace(stream=one.stream._replace(weight=1 / len(group))) for group in groups for one in group
    ]


def phases(windows: Sequence[Window], every: str, zone: str) -> dict[str, npt.NDArray[np.int64]]:
    """Return the phase of every window for each season that its length can show."""
    flat = np.zeros(len(windows), np.int64)
    days = Every.parse(every).days
    if days is None or days > 1:
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
