"""Rows whose id comes again: marked by the engine before they are dropped."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import vedette as vd
from vedette.batch import Batch
from vedette.cells import Cells
from vedette.engine.scan import REPEATED
from vedette.summaries.repeats import Repeats
from vedette.testing.rows import observed


@pytest.mark.parametrize("mark", [[True, False, True], [1.0, 0.0, 2.0], [True, None, True]])
def test_counts_what_is_marked(mark: list):
    state = observed(Repeats(), **{"@repeated": pa.array(mark)})
    assert (state["rows"].tolist(), state["repeated"].tolist()) == ([3], [2])


def test_rows_without_a_mark_are_not_repeated():
    state = observed(Repeats(), x=[1.0, 2.0])
    assert (state["rows"].tolist(), state["repeated"].tolist()) == ([2], [0])


def test_cells():
    batch = Batch(pa.record_batch({"@repeated": [True, True, False]}))
    state = Repeats().observe(batch, Cells(np.array([1, 2, 2]), 3))
    assert (state["rows"].tolist(), state["repeated"].tolist()) == ([0, 1, 2], [0, 1, 1])


def test_reads_the_column_that_the_engine_adds():
    assert Repeats().reads() == (REPEATED,)


def test_sees_what_the_engine_drops():
    """Two of five rows are replaced by a later one: the share counts them, the mean does not."""
    rows = {"id": ["a", "b", "a", "c", "a"], "x": [100.0, 1.0, 100.0, 2.0, 3.0]}
    schema = vd.Schema(id="id")
    report = vd.compare(rows, rows, schema=schema, metrics=["duplicates", "mean", "row_count"])
    assert report.estimate("duplicates").value == 0.4
    assert report.estimate("duplicates").n == 5
    assert report.estimate("mean", column="x").value == 2
    assert report.estimate("row_count").value == 3
