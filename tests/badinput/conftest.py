"""A small clean log, one thing at a time is broken in it, and every door it may come in by."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vedette as vd
from vedette.monitor import Data, Monitor, Windows

ROWS = 600
SCHEMA = vd.Schema(id="id", time="at", score="score", label="label")
START = 1_700_000_000_000_000


def make_log(seed=1, n=ROWS):
    """Return clean rows of a binary model as a mapping of arrays, ten minutes apart."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    score = 1 / (1 + np.exp(-x))
    return {
        "id": np.arange(n) + seed * 1_000_000,
        "at": pa.array(START + np.arange(n) * 600_000_000, pa.timestamp("us", tz="UTC")),
        "x": x,
        "age": rng.integers(18, 90, n),
        "colour": rng.choice(["red", "green", "blue"], n),
        "score": score,
        "label": (rng.random(n) < score).astype(int),
    }


def compare(folder, current, reference, schema):
    """The rows in memory."""
    return vd.compare(reference, current, schema)


def compare_files(folder, current, reference, schema):
    """The rows in Parquet files."""
    pq.write_table(pa.table(reference), folder / "reference.parquet")
    pq.write_table(pa.table(current), folder / "current.parquet")
    return vd.compare(folder / "reference.parquet", folder / "current.parquet", schema)


def replay(folder, current, reference, schema):
    """A monitor file over Parquet, day by day."""
    pq.write_table(pa.table(reference), folder / "reference.parquet")
    pq.write_table(pa.table(current), folder / "current.parquet")
    data = Data("reference.parquet", "current.parquet")
    monitor = Monitor(schema=schema, data=data, windows=Windows(every="1d"))
    (folder / "monitor.toml").write_text(monitor.to_toml())
    return vd.replay(folder / "monitor.toml")


def in_a_loop(folder, current, reference, schema):
    """One batch after the other through a model's own loop."""
    monitor = vd.ModelMonitor(reference, schema)
    table = pa.table(current)
    for start in range(0, max(table.num_rows, 1), 100):
        monitor.update(table.slice(start, 100))
    return monitor.log()


DOORS = {door.__name__: door for door in (compare, compare_files, replay, in_a_loop)}


@pytest.fixture(params=DOORS)
def door(request, tmp_path):
    """Return a function that lets current rows in, with a clean reference unless another is given."""

    def run(current, reference=None, schema=SCHEMA):
        return DOORS[request.param](
            tmp_path, current, make_log(0) if reference is None else reference, schema
        )

    run.name = request.param
    return run


@pytest.fixture
def log():
    return make_log()


def noted(report):
    """Return code and column of every note that counts rows, with its count."""
    return {(n.code, n.column): n.count for n in report.notes if n.count is not None}


def found(report):
    """Return metric and column of every finding."""
    return {(f.metric, f.column) for f in report.findings} | {
        (m, None) for f in report.findings for m in f.also
    }
