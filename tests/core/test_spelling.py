"""A class, a category or an id is the same however it is stored."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.spelling import canonical, decoded

SEVENS = {
    "int8": pa.array([7], pa.int8()),
    "uint64": pa.array([7], pa.uint64()),
    "float16": pa.array(np.array([7], np.float16)),
    "float32": pa.array([7.0], pa.float32()),
    "float64": pa.array([7.0]),
    "decimal": pa.array([Decimal("7.00")]),
    "decimal without a scale": pa.array([Decimal(7)], pa.decimal128(38, 0)),
    "decimal of tens": pa.array([Decimal(7)]).cast(pa.decimal128(9, 0)),
    "text": pa.array(["7"]),
    "large text": pa.array(["7"], pa.large_string()),
    "text view": pa.array(["7"], pa.string_view()),
    "binary": pa.array([b"7"]),
    "dictionary": pa.array(["7"]).dictionary_encode(),
    "dictionary of numbers": pa.array([7.0]).dictionary_encode(),
    "dictionary of views": pa.DictionaryArray.from_arrays(
        pa.array([0], pa.uint32()), pa.array(["7"], pa.string_view())
    ),
}


@pytest.mark.parametrize("kind", SEVENS)
def test_every_type_spells_seven_alike(kind):
    assert canonical(SEVENS[kind]).to_pylist() == ["7"]


def test_true_is_one():
    assert canonical(pa.array([True, False, None])).to_pylist() == ["1", "0", None]


def test_floats_that_are_not_whole_keep_their_fraction_beside_those_that_are():
    values = pa.array([0.5, 2.0, -0.0, np.nan, None, np.inf, 1e20])
    assert canonical(values).to_pylist() == ["0.5", "2", "0", None, None, "inf", "1e+20"]


def test_neighbouring_decimals_of_twenty_digits_stay_apart():
    ids = [Decimal(12345678901234567890), Decimal(12345678901234567891)]
    assert canonical(pa.array(ids, pa.decimal128(38, 0))).to_pylist() == [str(i) for i in ids]


def test_decimals_lose_only_zeros_that_mean_nothing():
    values = [Decimal(text) for text in ("0", "1.50", "100", "-20.00", "0.05")]
    spelled = canonical(pa.array(values, pa.decimal128(20, 8))).to_pylist()
    assert spelled == ["0", "1.5", "100", "-20", "0.05"]


def test_entries_without_a_spelling_get_pythons():
    assert canonical(pa.array([[1, 2], None])).to_pylist() == ["[1, 2]", None]
    assert canonical(pa.array([{"a": 1}])).to_pylist() == ["{'a': 1}"]
    assert canonical(pa.array([b"\xff", b"ok"])).to_pylist() == ["\\xff", "ok"]


def test_a_null_inside_a_dictionary_is_null():
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), pa.array(["a", None]))
    assert decoded(column).to_pylist() == ["a", None, None]


@given(st.lists(st.none() | st.integers(-(2**53), 2**53), min_size=1))
def test_whole_floats_spell_as_integers(values):
    as_floats = pa.array([None if v is None else float(v) for v in values], pa.float64())
    assert canonical(as_floats).equals(canonical(pa.array(values, pa.int64())))


@given(st.lists(st.none() | st.text(max_size=4)), st.data())
def test_a_slice_spells_like_the_whole(values, data):
    start = data.draw(st.integers(0, len(values)))
    whole = pa.array(values, pa.string())
    for column in (whole, whole.dictionary_encode()):
        assert canonical(column.slice(start)).to_pylist() == values[start:]
