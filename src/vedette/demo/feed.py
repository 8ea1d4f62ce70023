"""A history sent to a server as it happened: predictions when they were made, labels when they became known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vedette.logger.counts import Counts
from vedette.logger.logger import Logger
from vedette.monitor import Monitor

#: Called with rows sent and rows in all.
Sent = Callable[[int, int], object]
DAY_US = 86_400_000_000
#: Seconds that the last rows may take to reach the server.
PATIENCE = 120.0


def feed(monitor: Path, server: str, key: str | None = None, sent: Sent | None = None) -> Counts:
    """Send a demo's rows day by day through the logger, as a program would.

    Parameters
    ----------
    monitor : path
        The monitor file that `prepare_flights` wrote; its ``[data]`` names the rows.
    server : str
    key : str, optional
    sent : callable, optional

    Returns
    -------
    Counts
        Of the logger: everything sent, nothing dropped, or it says so.
    """
    declared = Monitor.load(monitor)
    schema, data = declared.schema, declared.data
    predictions = named(
        pq.read_table(data.current), {schema.id: "id", schema.time: "time", schema.score: "score"}
    )
    labels = named(
        pq.read_table(data.labels), {schema.id: "id", schema.label: "label", schema.label_time: "time"}
    )
    total, done = predictions.num_rows + labels.num_rows, 0
    with Logger(
        server, model=declared.model, version="1", key=key, policy="block", block_timeout=60.0
    ) as log:
        for made, known in days(predictions, labels):
            log.predictions(made)
            log.labels(known)
            done += made.num_rows + known.num_rows
            if sent is not None:
                sent(done, total)
        log.flush(PATIENCE)
    return log.counts


def days(predictions: pa.Table, labels: pa.Table) -> list[tuple[pa.Table, pa.Table]]:
    """Return the rows of every day: the predictions made on it, the labels that became known on it."""
    one, two = _day(predictions), _day(labels)
    numbers = np.union1d(one, two)
    return [(_of(predictions, one, day), _of(labels, two, day)) for day in numbers.tolist()]


def last_day(monitor: Path) -> int:
    """Return the beginning of the last day that is over when everything is sent, microseconds since the epoch.

    The day of the last prediction itself stays open: more of it may come.
    """
    declared = Monitor.load(monitor)
    times = pq.read_table(declared.data.current, columns=[declared.schema.time])[declared.schema.time]
    newest = int(pc.max(times.cast(pa.timestamp("us", "UTC")).cast(pa.int64())).as_py())
    return newest - DAY_US


def _day(rows: pa.Table) -> npt.NDArray[np.int64]:
    """Return the day of every row of a table in order of time."""
    micros = rows["time"].cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
    found: npt.NDArray[np.int64] = micros // DAY_US
    return found


def _of(rows: pa.Table, number: npt.NDArray[np.int64], day: int) -> pa.Table:
    first, last = np.searchsorted(number, [day, day + 1])
    return rows.slice(int(first), int(last - first))


def named(rows: pa.Table, names: dict[Any, str]) -> pa.Table:
    """Return the rows under the words of the log, in order of time."""
    rows = rows.rename_columns([names.get(n, n) for n in rows.column_names])
    return rows.take(pc.sort_indices(rows, sort_keys=[("time", "ascending")]))
