"""A fleet out of one year: a model for every airline and airport, and by time of day where more are wanted."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vedette.demo.feed import named
from vedette.logger.logger import Logger
from vedette.monitor import Monitor, Windows

#: Rows that a slice of the reference needs to be a model of its own.
LEAST = 100
#: Puts a monitor in force and makes its reference: (model, monitor as TOML, file of reference rows).
Declare = Callable[[str, str, Path], object]


def fill(monitor: Path, server: str, models: int, declare: Declare, tell: Callable[[str], Any]) -> int:
    """Log the flights of `models` slices of the year as models of their own; how many there were.

    Their windows are weeks, so that a fleet is judged in a minute or two.
    """
    declared = Monitor.load(monitor)
    schema, data = declared.schema, declared.data
    reference, present = pq.read_table(data.reference), pq.read_table(data.current)
    labels = pq.read_table(data.labels)
    made = 0
    for name, past in _slices(reference, models):
        mine = present.filter(_same(present, name))
        if not mine.num_rows:
            continue
        model = "flights-" + "-".join(name)
        weekly = declared.with_(
            model=model, windows=Windows(every="1w", timezone=declared.windows.timezone, label_delay="1d")
        )
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "reference.parquet"
            pq.write_table(past, file)
            declare(model, weekly.with_(data=type(data)()).to_toml(), file)
        known = labels.filter(pc.is_in(labels[schema.id], mine[schema.id].combine_chunks()))
        with Logger(server, model=model, version="1", policy="block", block_timeout=60.0) as log:
            log.predictions(named(mine, {schema.id: "id", schema.time: "time", schema.score: "score"}))
            log.labels(named(known, {schema.id: "id", schema.label: "label", schema.label_time: "time"}))
            log.flush(60.0)
        made += 1
        tell(f"{made} of {models}: {model}, {mine.num_rows:,} flights")
    return made


def _slices(reference: pa.Table, models: int) -> Iterator[tuple[tuple[str, ...], pa.Table]]:
    """Yield the largest slices by airline and airport, then by airline, airport and hour."""
    found = 0
    for columns in (("carrier", "origin"), ("carrier", "origin", "hour")):
        counts = reference.group_by(list(columns)).aggregate([([], "count_all")])
        ranked = counts.sort_by([("count_all", "descending"), *((c, "ascending") for c in columns)])
        for row in ranked.to_pylist():
            if row["count_all"] < LEAST or found == models:
                break
            name = tuple(str(row[c]) for c in columns)
            found += 1
            yield name, reference.filter(_same(reference, name))


def _same(rows: pa.Table, name: tuple[str, ...]) -> pa.ChunkedArray:
    columns = ("carrier", "origin", "hour")[: len(name)]
    chosen = pc.equal(rows[columns[0]], name[0])
    for column, value in zip(columns[1:], name[1:], strict=True):
        chosen = pc.and_(chosen, pc.equal(rows[column].cast(pa.string()), value))
    return chosen
