"""First and last event time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.clock import Clock
from vedette.testing.rows import observed

SPEC = Clock(column="t")


def test_extremes_in_microseconds():
    times = [dt.datetime(2026, 1, day, 12, tzinfo=dt.UTC) for day in (3, 1, 2)]
    state = observed(SPEC, t=pa.array([*times, None], pa.timestamp("us", tz="UTC")))
    want = [3, times[1].timestamp() * 1e6, times[0].timestamp() * 1e6]
    assert [int(state[name][0]) for name in ("n", "earliest", "latest")] == want


def test_text_and_seconds():
    for column in (["1970-01-01T00:00:05Z", "soon"], [5.0, None]):
        state = observed(SPEC, t=column)
        assert (state["n"][0], state["latest"][0]) == (1, 5_000_000)


def test_no_time_leaves_nothing():
    state = observed(SPEC, t=pa.nulls(2, pa.timestamp("us")))
    assert state == SPEC.empty()
    assert state.merge(observed(SPEC, t=[7.0]))["earliest"].tolist() == [7_000_000]


def test_far_times_keep_every_microsecond():
    """In the year 2286 a float64 would round to 2 microseconds."""
    micros = 10**16 + 1
    state = observed(SPEC, t=pa.array([micros], pa.timestamp("us", tz="UTC")))
    folded = SPEC.fold(state, [np.array([0]), np.array([], int)])
    assert folded["latest"].tolist() == [micros, np.iinfo(np.int64).min]


def test_cells():
    batch = Batch(pa.record_batch({"t": pa.array([30.0, 10.0, 20.0])}))
    state = SPEC.observe(batch, Cells(np.array([2, 2, 0]), 3))
    assert state["n"].tolist() == [1, 0, 2]
    assert state["latest"][[0, 2]].tolist() == [20_000_000, 30_000_000]
