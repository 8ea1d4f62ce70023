"""A batch converts a column once, finds classes in every type, and names the nearest column for a typing error."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from vedette.batch import Batch
from vedette.errors import UnknownNameError
from vedette.schema import spelled

CLASSES = ("1", "0", "0.5", "dog")
COLUMNS = {
    "integers": (pa.array([1, 0, None, 9]), [0, 1, -1, -2]),
    "int8": (pa.array([1, 0, -5], pa.int8()), [0, 1, -2]),
    "far apart": (pa.array([1, 10**12]), [0, -2]),
    "unsigned": (pa.array([1, 2**64 - 1], pa.uint64()), [0, -2]),
    "floats": (pa.array([1.0, 0.5, np.nan, None, np.inf, -0.0]), [0, 2, -1, -1, -2, 1]),
    "whole floats": (pa.array([1.0, 0.0, np.nan, None, 3.0]), [0, 1, -1, -1, -2]),
    "float16": (pa.array(np.array([1, 0.5, 3], np.float16)), [0, 2, -2]),
    "float32": (pa.array([1, 0.5], pa.float32()), [0, 2]),
    "decimals": (pa.array([Decimal("1.00"), Decimal("0.50"), None]), [0, 2, -1]),
    "booleans": (pa.array([True, False, None]), [0, 1, -1]),
    "text": (pa.array(["1", "dog", "", None, "Dog"]), [0, 3, -2, -1, -2]),
    "large text": (pa.array(["1", "dog", None], pa.large_string()), [0, 3, -1]),
    "text view": (pa.array(["1", "dog", None], pa.string_view()), [0, 3, -1]),
    "dictionary": (pa.array(["dog", None, "cat", "1"]).dictionary_encode(), [3, -1, -2, 0]),
    "dictionary of numbers": (pa.array([1.0, None, 2.0]).dictionary_encode(), [0, -1, -2]),
    "dictionary of booleans": (pa.array([True, None, False]).dictionary_encode(), [0, -1, 1]),
    "null in a dictionary": (
        pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(["dog", None])),
        [3, -1, -1],
    ),
    "full dictionary with nulls": (
        pa.DictionaryArray.from_arrays(pa.array([0, None, 127], pa.int8()), pa.array(map(str, range(128)))),
        [1, -1, -2],
    ),
    "wide indices": (
        pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.uint64()), pa.array(["dog", "cat"])),
        [3, -2],
    ),
    "nulls": (pa.nulls(2), [-1, -1]),
    "timestamps": (pa.array([1, None], pa.timestamp("us", tz="UTC")), [-2, -1]),
    "lists": (pa.array([[1], None]), [-2, -1]),
    "binary": (pa.array([b"dog", b"\xff", None]), [3, -2, -1]),
    "none at all": (pa.array([], pa.int64()), []),
    "no text": (pa.array([], pa.string()), []),
    "an empty dictionary": (pa.array([], pa.string()).dictionary_encode(), []),
    "only nulls in a dictionary": (pa.array([None, None], pa.string()).dictionary_encode(), [-1, -1]),
}


def of(column):
    return Batch(pa.record_batch({"x": column}))


@pytest.mark.parametrize("kind", COLUMNS)
def test_codes_of_every_type(kind):
    column, codes = COLUMNS[kind]
    assert_array_equal(of(column).codes("x", CLASSES), codes)


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_slice_holds_the_same_codes(kind):
    column, codes = COLUMNS[kind]
    assert_array_equal(of(column.slice(1)).codes("x", CLASSES), codes[1:])


@pytest.mark.parametrize(
    "one",
    [pa.array([1]), pa.array([1.0]), pa.array([True]), pa.array(["1"]), pa.array([Decimal(1)])],
    ids=str,
)
def test_one_is_the_same_class_in_every_type(one):
    assert of(one).codes("x", (spelled(1.0),)).tolist() == [0]
    assert spelled(one[0].as_py()) == "1"


ENTRIES = st.none() | st.integers(-3000, 3000) | st.sampled_from([2**53, -(2**53), 2**62])


@given(st.lists(ENTRIES), st.sets(st.integers(-3000, 3000), max_size=5))
def test_codes_agree_with_a_look_at_each_entry(values, classes):
    known = tuple(str(c) for c in classes)
    expected = [-1 if v is None else known.index(str(v)) if str(v) in known else -2 for v in values]
    for column in (pa.array(values, pa.int64()), pa.array([None if v is None else str(v) for v in values])):
        assert of(column).codes("x", known).tolist() == expected


def test_a_column_is_converted_once():
    batch = of(pa.array(["1", "2"]))
    assert batch.numbers("x") is batch.numbers("x")
    assert batch.keys("x") is batch.keys("x")


def test_a_new_column_replaces_only_its_own_conversions():
    batch = Batch(pa.record_batch({"x": [1, 2], "y": [3, 4]}))
    kept = batch.numbers("y")
    batch.numbers("x")
    changed = batch.with_column("x", pa.array([5, 6]))
    assert changed.numbers("x").tolist() == [5, 6]
    assert changed.numbers("y") is kept
    assert batch.with_column("z", pa.array([7, 8])).names == ["x", "y", "z"]


def test_rows_are_taken_by_mask_or_number():
    batch = Batch(pa.record_batch({"x": [1, 2, 3]}))
    assert batch.take(np.array([True, False, True])).numbers("x").tolist() == [1, 3]
    assert batch.take(np.array([2, 0])).numbers("x").tolist() == [3, 1]


def test_an_unknown_column_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'score'") as raised:
        Batch(pa.record_batch({"score": [1.0], "label": [1]})).numbers("scroe")
    assert raised.value.code == "schema.unknown-column"
