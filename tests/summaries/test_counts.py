"""What a column's entries are, of every type a column may have."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.cells import Cells
from vedette.summaries.counts import Counts
from vedette.testing.rows import observed

NAMES = ("rows", "missing", "infinite", "wrong")


def counts(column, *, number: bool = True) -> tuple[int, ...]:
    state = observed(Counts(column="x", number=number), x=column)
    return tuple(int(state[name][0]) for name in NAMES)


@pytest.mark.parametrize(
    ("column", "want"),
    [
        ([1.0, None, np.nan, np.inf, -np.inf], (5, 2, 2, 0)),
        ([1, 2, None], (3, 1, 0, 0)),
        ([True, None], (2, 1, 0, 0)),
        (["1.5", "n/a", None, "", " 7 ", "1,5"], (6, 1, 0, 3)),
        (pa.array(["1", "x", None, "x"]).dictionary_encode(), (4, 1, 0, 2)),
        (pa.nulls(3), (3, 3, 0, 0)),
        ([], (0, 0, 0, 0)),
        (pa.array([dt.date(2020, 1, 1), None]), (2, 1, 0, 1)),
    ],
)
def test_number_column(column, want: tuple[int, ...]):
    column = pa.array(column, pa.float64()) if column == [] else column
    assert counts(column) == want


@pytest.mark.parametrize("column", [["a", None, ""], [1.0, None, 2.0], [[1], None, []]])
def test_other_columns_have_missing_only(column):
    assert counts(column, number=False) == (3, 1, 0, 0)


def test_cells():
    x = pa.array([1.0, None, np.inf, np.nan, 2.0])
    state = Counts(column="x").observe(Batch(pa.record_batch({"x": x})), Cells(np.array([0, 0, 2, 2, 2]), 4))
    found = np.stack([state[name] for name in NAMES], axis=1)
    assert found.tolist() == [[2, 1, 0, 0], [0] * 4, [3, 1, 1, 0], [0] * 4]


def test_counts_of_one_state_are_apart():
    """Adding to one count in place leaves the others alone."""
    state = observed(Counts(column="x", number=False), x=["a"])
    state.arrays["wrong"] += 5
    assert state["infinite"].tolist() == [0]
