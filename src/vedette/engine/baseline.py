"""The frozen reference: layout and states, content-hashed; the raw rows may be thrown away."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from vedette.alerts.calendar import Planned
from vedette.engine.cube import Cube
from vedette.engine.fit import fit_layout
from vedette.engine.plan import Plan, plan
from vedette.engine.scan import Progress, Wanted, scan
from vedette.engine.span import windows_over
from vedette.engine.unplanned import Unplanned, unplanned
from vedette.errors import StateError
from vedette.layout import Layout
from vedette.metrics.base import Metric
from vedette.schema import Schema
from vedette.sources.base import open_source
from vedette.summaries.base import State
from vedette.summaries.confusion import Confusion
from vedette.summaries.residuals import Residuals
from vedette.values import Note, Window

#: First bytes of a saved baseline, then its format's number.
MAGIC = b"vedette baseline 1\n"


class Baseline:
    """A reference reduced to what later comparisons need.

    Made by `Baseline.fit`; holds bin edges, categories, classes and the states of every default metric, overall
    and by segment, and where labels are known a sample of rows for the estimates without labels. Some megabytes at
    most, whatever the number of rows.

    Attributes
    ----------
    layout : Layout
    cube : Cube
        One window: the whole reference.
    history : Cube
        Counts of columns and model (outcomes by segment too) in windows of time, where some were asked for: they tell
        season and noise.

    Examples
    --------
    >>> baseline = Baseline.fit({"x": [1.0, 2.0, 3.0, 4.0]})
    >>> baseline.rows
    4
    """

    def __init__(self, layout: Layout, cube: Cube, history: Cube | None = None) -> None:
        self.layout = layout
        self.cube = cube
        self.history = history or cube

    @classmethod
    def fit(
        cls,
        reference: Any,
        schema: Schema | None = None,
        *,
        labels: Any = None,
        metrics: Iterable[str | Metric] | None = None,
        every: str | None = None,
        timezone: str = "UTC",
        calendar: Sequence[Planned] = (),
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> Baseline:
        """Return the baseline of a reference.

        Parameters
        ----------
        reference : frame, mapping of arrays, or path
            Rows the model was trained or validated on, with honest (out-of-sample) scores.
        schema : Schema, optional
            Roles; without it every column is a feature.
        labels : frame or path, optional
            Labels in a table of their own, joined by id.
        metrics : list of str or Metric, optional
            Default: those that suit the task and the columns.
        every : str, optional
            Also count the columns in windows of this length, so that alarms know season and noise.
        timezone : str
            IANA name of the zone whose midnight begins a day.
        calendar : sequence of Planned
            Days that are not like others: rows in windows that one excludes (without `every` in the spans themselves)
            are left out, and a note says how many.

        Raises
        ------
        UnknownNameError
            A role names a column that is not there.
        DataError
            The reference cannot be read or has no rows.
        """
        from vedette.engine.labels import LateLabels

        schema = schema or Schema()
        source = unplanned(open_source(reference), schema, calendar, every, timezone)
        late = LateLabels(labels, schema) if labels is not None else None
        layout = fit_layout(source, schema)
        chosen = plan(layout, metrics)
        cube = scan(
            source, layout, chosen.of_reference(layout), labels=late, threads=threads, progress=progress
        )
        cube.notes += source.notes() if isinstance(source, Unplanned) else []
        if every is None or schema.time is None:
            return cls(layout, cube)
        windows, by_row = windows_over(source, layout, every, timezone)
        bins = [layout.bins(c.name) for c in layout.monitored() if c.kind in ("number", "category")]
        needs = [c.needs for c in chosen.chosen if c.metric.scope == "model"]
        model = layout.specs([*needs, chosen.followed(layout)])
        # By segment only what is small: it tells how noisy a segment's outcomes are.
        small = [spec for spec in model if schema.segments and isinstance(spec, Confusion | Residuals)]
        specs = Wanted(tuple(dict.fromkeys([*bins, *model, *layout.projections])), tuple(small))
        history = scan(source, layout, specs, windows, late, by_row=by_row, threads=threads)
        return cls(layout, cube, history)

    @property
    def rows(self) -> int:
        """Number of reference rows."""
        return self.cube.rows

    @property
    def plan(self) -> Plan:
        """The metrics that suit this reference."""
        return plan(self.layout)

    @functools.cached_property
    def hash(self) -> str:
        """Sixteen hexadecimal digits of the content: equal for equal layouts and states."""
        return hashlib.sha256(self._body()).hexdigest()[:16]

    def save(self, path: str | Path) -> Path:
        """Write the baseline to a file (MessagePack, no pickle) and return its path."""
        target = Path(path)
        body = self._body()
        target.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)
        return target

    @classmethod
    def load(cls, path: str | Path) -> Baseline:
        """Return the baseline in a file.

        Raises
        ------
        StateError
            Code ``baseline.damaged`` when the file is not a baseline or its content hash does not match.
        """
        wire = Path(path).read_bytes()
        digest, body = wire[len(MAGIC) : len(MAGIC) + 32], wire[len(MAGIC) + 32 :]
        if not wire.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
            raise StateError(
                f"{path} is not a whole baseline file",
                "A file written by Baseline.save",
                "Fit and save the baseline again",
                code="baseline.damaged",
            )
        return cls._from(msgspec.msgpack.decode(body))

    def _body(self) -> bytes:
        states = [(dimension, state.encode()) for (dimension, _), state in self.cube.states.items()]
        past = self.history if self.history is not self.cube else None
        plain = {
            "layout": msgspec.to_builtins(self.layout),
            "segments": self.cube.segments,
            "rows": self.cube.rows,
            "notes": msgspec.to_builtins(self.cube.notes),
            "states": sorted(states),
            "windows": msgspec.to_builtins(past.windows) if past else [],
            "history": sorted((d, state.encode()) for (d, _), state in past.states.items()) if past else [],
        }
        return msgspec.msgpack.encode(plain)

    @classmethod
    def _from(cls, plain: dict[str, Any]) -> Baseline:
        layout = msgspec.convert(plain["layout"], Layout)
        segments = {k: v for k, v in plain["segments"].items() if k}
        cube = Cube([Window(0, 0, "reference")], segments)
        cube.rows = plain["rows"]
        cube.notes = msgspec.convert(plain["notes"], list[Note])
        for dimension, wire in plain["states"]:
            state = State.decode(wire)
            cube.states[dimension, state.spec] = state
        if not plain["windows"]:
            return cls(layout, cube)
        history = Cube(msgspec.convert(plain["windows"], list[Window]), segments)
        for dimension, wire in plain["history"]:
            state = State.decode(wire)
            history.states[dimension, state.spec] = state
        return cls(layout, cube, history)
