"""Numbers come out of every column; what is no number is nan and is counted, never an error."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from vedette.batch import Batch
from vedette.numeric import numbers_of

NAN = np.nan
COLUMNS = {
    "integers": (pa.array([3, -4], pa.int16()), [3, -4], 0),
    "integers with a null": (pa.array([3, None], pa.int64()), [3, NAN], 0),
    "largest unsigned": (pa.array([2**64 - 1], pa.uint64()), [2.0**64], 0),
    "floats": (pa.array([0.5, None, NAN, np.inf]), [0.5, NAN, NAN, np.inf], 0),
    "float16": (pa.array(np.array([0.5, NAN], np.float16)), [0.5, NAN], 0),
    "decimals": (pa.array([Decimal("1.25"), None]), [1.25, NAN], 0),
    "booleans": (pa.array([True, False, None]), [1, 0, NAN], 0),
    "nulls": (pa.nulls(2), [NAN, NAN], 0),
    "text": (
        pa.array([" 7 ", "+5", ".5", "5.", "1e3", "abc", "", None]),
        [7, 5, 0.5, 5, 1e3, NAN, NAN, NAN],
        2,
    ),
    "text that others call a number": (pa.array(["nan", "inf", "1_0", "0x1", "1,5", "²"]), [NAN] * 6, 6),
    "large text": (pa.array(["7", "x"], pa.large_string()), [7, NAN], 1),
    "text view": (pa.array(["7", "x"], pa.string_view()), [7, NAN], 1),
    "dictionary": (pa.array(["7", "x", None, "7"]).dictionary_encode(), [7, NAN, NAN, 7], 1),
    "dictionary of numbers": (pa.array([7, None, 8]).dictionary_encode(), [7, NAN, 8], 0),
    "null in a dictionary": (
        pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["7", None])),
        [7, NAN],
        0,
    ),
    "timestamps": (pa.array([1, None], pa.timestamp("us")), [NAN, NAN], 1),
    "durations": (pa.array([1], pa.duration("s")), [NAN], 1),
    "lists": (pa.array([[1.0], None]), [NAN, NAN], 1),
    "structs": (pa.array([{"a": 1}]), [NAN], 1),
    "none at all": (pa.array([], pa.float64()), [], 0),
    "no text": (pa.array([], pa.string()), [], 0),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_numbers_of_every_type(kind):
    column, numbers, wrong = COLUMNS[kind]
    batch = Batch(pa.record_batch({"x": column}))
    assert_array_equal(batch.numbers("x"), numbers)
    assert batch.numbers("x").dtype == np.float64
    assert batch.wrong_type("x") == wrong


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_slice_holds_the_same_numbers(kind):
    column, numbers, _ = COLUMNS[kind]
    assert_array_equal(numbers_of(column.slice(1)), numbers[1:])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_text_gives_back_what_python_printed(values):
    assert_array_equal(numbers_of(pa.array([repr(v) for v in values], pa.string())), np.array(values))
