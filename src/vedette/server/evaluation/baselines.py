"""Baselines of a server: made from rows that were logged or uploaded, and fitted again when a monitor asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow as pa

from vedette.engine.baseline import Baseline
from vedette.engine.cube import TOTAL
from vedette.engine.definition import Definition, with_watched
from vedette.engine.evaluate import evaluate_one
from vedette.errors import ConfigError, DataError
from vedette.monitor import Monitor
from vedette.schema import Schema
from vedette.server.evaluation.library import Library, baseline_for
from vedette.server.evaluation.naming import outside_rows
from vedette.server.evaluation.rows import Rows
from vedette.store import models, settings
from vedette.store.columns import CLASS_SCORE, LABEL, PREDICTION, SCORE
from vedette.store.database import Database
from vedette.store.models import BaselineEntry

#: Settings under which the numbers of a reference stand, so that a fleet is shown without opening its files.
REFERENCE = "reference."


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the rows of a baseline came from: the log of a version between two instants, or an uploaded file."""

    kind: Literal["log", "file"]
    version: str = ""
    start: int = 0
    end: int = 0
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Origin | None:
        """Return the origin in the `source` of an entry, None where it says something else."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.MsgspecError:
            return None


class Baselines:
    """Makes baselines and keeps them.

    Parameters
    ----------
    database : Database
    rows : Rows
        Reads the log.
    library : Library
    files : function
        Path of an uploaded reference, by (model, name).
    """

    def __init__(
        self, database: Database, rows: Rows, library: Library, files: Callable[[str, str], Path]
    ) -> None:
        self._database, self._rows, self._library, self._files = database, rows, library, files

    def make(
        self, model: str, monitor: Monitor, origin: Origin, *, now: int, version: str | None = None
    ) -> BaselineEntry:
        """Return a new baseline of a model (or of one `version` of it), saved and in force.

        Raises
        ------
        DataError
            No rows there (``reference.empty``).
        ConfigError
            The schema names no time (``windows.no-time``).
        """
        fitted = self.fitted(model, monitor, origin)
        fitted.save(self._library.path(fitted.hash))
        entry = BaselineEntry(fitted.hash, model, version, now, msgspec.json.encode(origin).decode())
        with self._database.write() as tx:
            models.add_baseline(tx, entry)
            models.change(tx, model, task=fitted.layout.task)
            values = whole_values(Definition(monitor, fitted))
            settings.put(tx, f"{REFERENCE}{fitted.hash}", values, at=now, author="vedette")
        return entry

    def fitted(self, model: str, monitor: Monitor, origin: Origin) -> Baseline:
        """Return a baseline of a model that is neither saved nor in force.

        Raises
        ------
        DataError, ConfigError
            See `make`.
        """
        schema = monitor.schema
        if schema.time is None:
            raise ConfigError(
                "The schema of the monitor names no time",
                "On a server windows are spans of time",
                "Name it: [schema] time = 'time'",
                code="windows.no-time",
            )
        return Baseline.fit(
            self._read(model, origin, schema),
            schema,
            metrics=with_watched(monitor.metrics, monitor.made_rules()),
            every=monitor.windows.every,
            timezone=monitor.windows.timezone,
            calendar=monitor.calendar,
        )

    def refit(self, model: str, monitor: Monitor, *, now: int) -> list[BaselineEntry]:
        """Return new baselines, for a changed monitor, of those in force whose rows can still be read."""
        with self._database.read() as tx:
            known = models.baselines_of(tx, model)
        force = [baseline_for(known, v) for v in {e.version or "" for e in known}]
        made = []
        for entry in {e.hash: e for e in force if e is not None}.values():
            origin = Origin.parse(entry.source)
            if origin is not None:
                made.append(self.make(model, monitor, origin, now=now, version=entry.version))
        return made

    def _read(self, model: str, origin: Origin, schema: Schema) -> pa.Table | str:
        if origin.kind == "file":
            return str(self._files(model, origin.name))
        rows = self._rows(model, origin.version, origin.start, origin.end)
        if not rows.num_rows:
            raise DataError(
                f"No rows of {model} {origin.version} were logged between these times",
                "Rows to compare with",
                "Choose a time in which the model was used",
                code="reference.empty",
            )
        return outside_rows(rows, schema)


def whole_values(definition: Definition) -> dict[str, float]:
    """Return what every metric of the whole model is in the reference itself."""
    cube, found = definition.baseline.cube, {}
    for one in definition.plan.chosen:
        if one.metric.scope == "model" and not one.metric.compares:
            block = evaluate_one(one, cube, None, TOTAL)
            value = block.current[0].value if block is not None else None
            if value is not None:
                found[one.metric.key] = value
    return found


def suggested(model: str, rows: pa.Table) -> Monitor:
    """Return a monitor for a model that logs and has none, from some rows of its log.

    Examples
    --------
    >>> rows = pa.table({"vd_id": ["a"], "vd_score": [0.5], "vd_label": ["1"], "age": [31]})
    >>> suggested("m", rows).schema.score, suggested("m", rows).schema.label
    ('score', 'label')
    """
    names = set(rows.column_names)
    classes = {
        n.removeprefix(CLASS_SCORE): f"score_{n.removeprefix(CLASS_SCORE)}"
        for n in sorted(names)
        if n.startswith(CLASS_SCORE)
    }
    filled = {n for n in names if rows.column(n).null_count < rows.num_rows}
    return Monitor(
        model=model,
        schema=Schema(
            id="id",
            time="time",
            score=classes or ("score" if SCORE in filled else None),
            prediction="prediction" if PREDICTION in filled else None,
            label="label" if LABEL in filled else None,
        ),
    )
