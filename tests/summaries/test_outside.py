"""Values outside declared bounds."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import vedette as vd
from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.outside import Outside
from vedette.testing.rows import observed


def counts(spec: Outside, **columns) -> tuple[float, ...]:
    state = observed(spec, **columns)
    return tuple(state[name][0] for name in ("present", "below", "above"))


def test_bounds_are_allowed_and_infinities_are_not():
    x = [0.0, 1.0, -0.1, 1.1, np.inf, -np.inf, np.nan, None]
    assert counts(Outside(column="x", low=0.0, high=1.0), x=x) == (6, 2, 2)


def test_a_side_without_a_bound_is_open():
    assert counts(Outside(column="x", high=1.0), x=[-9.0, 0.0, 2.0]) == (3, 0, 1)
    assert counts(Outside(column="x"), x=[-9.0, 2.0]) == (2, 0, 0)


def test_weights_and_cells():
    spec = Outside(column="x", low=0.0, weight="w")
    batch = Batch(pa.record_batch({"x": [1.0, -1.0, None], "w": [0.5, 2.0, 8.0]}))
    state = spec.observe(batch, Cells(np.array([0, 2, 2]), 3))
    assert state["present"].tolist() == [0.5, 0, 2]
    assert state["below"].tolist() == [0, 0, 2]


def test_declared_range_is_what_out_of_range_reads():
    """Without a declaration the reference's range counts, with one the declared."""
    rows = {"age": [30.0, 40.0, 50.0, 60.0], "x": [1.0, 2.0, 3.0, 4.0]}
    now = {"age": [20.0, 45.0, 70.0, 130.0], "x": [0.0, 2.0, 3.0, 9.0]}
    schema = vd.Schema(ranges={"age": (0, 120)})
    report = vd.compare(rows, now, schema=schema, metrics=["out_of_range"])
    assert report.estimate("out_of_range", column="age").value == 0.25
    assert report.estimate("out_of_range", column="x").value == 0.5
