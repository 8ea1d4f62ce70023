"""Sums over cells equal a loop over rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from vedette.cells import Cells

ROWS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(-40, 40), st.booleans()), max_size=50
)


def columns(rows):
    """Return cells, bins, values (multiples of 1/8, so that sums are exact) and mask as arrays."""
    cell, place, value, mask = (np.array([row[i] for row in rows]) for i in range(4))
    return cell.astype(np.int64), place.astype(np.uint8), value / 8, mask.astype(bool)


@given(ROWS)
def test_every_sum_equals_a_loop(rows):
    cell, place, value, mask = columns(rows)
    cells = Cells(cell, 7)
    loop = [[row for row in zip(cell, place, value, mask, strict=True) if row[0] == c] for c in range(7)]
    assert_array_equal(cells.rows(len(rows)), [len(inside) for inside in loop])
    assert_array_equal(cells.count(mask), [sum(r[3] for r in inside) for inside in loop])
    assert_array_equal(cells.sum(value), [sum(r[2] for r in inside) for inside in loop])
    lowest = cells.reduce(np.minimum, value, np.inf)
    assert_array_equal(lowest, [min((r[2] for r in inside), default=np.inf) for inside in loop])
    tally = np.zeros((7, 5))
    weighed = np.zeros((7, 5))
    for c, p, v, _ in zip(cell, place, value, mask, strict=True):
        tally[c, p] += 1
        weighed[c, p] += v
    assert_array_equal(cells.tally(place, 5), tally)
    assert_array_equal(cells.tally(place, 5, value), weighed)


@given(ROWS)
def test_without_cells_all_rows_are_one(rows):
    _, place, value, mask = columns(rows)
    one, same = Cells(), Cells(np.zeros(len(rows), np.int64), 1)
    assert_array_equal(one.rows(len(rows)), same.rows(len(rows)))
    assert_array_equal(one.count(mask), same.count(mask))
    assert_array_equal(one.sum(value), same.sum(value))
    assert_array_equal(one.tally(place, 5), same.tally(place, 5))
    assert_array_equal(one.tally(place, 5, value), same.tally(place, 5, value))
    assert one.reduce(np.maximum, value, -1e9) == same.reduce(np.maximum, value, -1e9)


@pytest.mark.parametrize("size", [3, 65_536, 65_537, 300_000])
def test_any_number_of_cells(size):
    """Cell numbers are sorted in 16 bits where they fit."""
    rng = np.random.default_rng(size)
    codes, values = rng.integers(0, size, 5000), rng.normal(size=5000)
    codes[:2] = (size - 1, 0)
    expected = np.bincount(codes, values, size)
    assert_allclose(Cells(codes, size).sum(values), expected, atol=1e-12)


def test_counts_keep_their_type_when_there_are_no_rows():
    empty = Cells(np.zeros(0, np.int64), 2)
    assert empty.tally(np.zeros(0, np.uint8), 3).dtype == np.int64
    assert empty.tally(np.zeros(0, np.uint8), 3, np.zeros(0)).dtype == np.float64
    assert empty.sum(np.zeros(0)).tolist() == [0.0, 0.0]
