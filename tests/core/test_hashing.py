"""An id keeps its hash whatever type it is stored in; a missing id is none."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from vedette.batch import Batch
from vedette.hashing import hash_entries, mix, nameless


def stored(value):
    """Return one whole number in every type that holds it."""
    forms = {"text": pa.array([str(value)]), "dictionary": pa.array([str(value)]).dictionary_encode()}
    forms["large text"] = forms["text"].cast(pa.large_string())
    forms["view"] = pa.array([str(value)], pa.string_view())
    forms["decimal"] = pa.array([Decimal(value)], pa.decimal128(38, 0))
    forms["beside a null"] = None
    if -(2**63) <= value < 2**63:
        forms["int64"] = pa.array([value])
        forms["beside a null"] = pa.array([value, None])
        forms["slice"] = pa.array([0, value]).slice(1)
    elif value < 2**64:
        forms["uint64"] = pa.array([value], pa.uint64())
        forms["beside a null"] = pa.array([value, None], pa.uint64())
    if abs(value) < 2**53:
        forms["float"] = pa.array([float(value), np.nan])
    return {name: form for name, form in forms.items() if form is not None}


@pytest.mark.parametrize(
    "value",
    [
        0,
        7,
        -7,
        10**17,
        10**18 - 1,
        10**18,
        2**63 - 1,
        -(2**63),
        -(10**18),
        2**63,
        10**19,
        2**64 - 1,
        2**64,
        10**20,
    ],
)
def test_one_id_in_every_type(value):
    hashes = {name: int(hash_entries(form)[0]) for name, form in stored(value).items()}
    assert len(set(hashes.values())) == 1, hashes


@given(st.integers(-(2**63), 2**64 - 1))
def test_any_64_bit_id_in_every_type(value):
    assert len({int(hash_entries(form)[0]) for form in stored(value).values()}) == 1


@pytest.mark.parametrize("text", ["07", "+7", "7.0", " 7", "-0", "", "7a", "\N{ARABIC-INDIC DIGIT SEVEN}"])
def test_text_that_is_not_the_decimal_of_a_number_is_its_own_id(text):
    assert hash_entries(pa.array([text]))[0] != hash_entries(pa.array([7]))[0]
    assert hash_entries(pa.array([text]))[0] != hash_entries(pa.array([0]))[0]


@given(st.lists(st.none() | st.text(max_size=30)), st.integers(0, 2**32), st.data())
def test_a_hash_belongs_to_the_entry_alone(values, salt, data):
    whole = pa.array(values, pa.string())
    hashes = hash_entries(whole, salt)
    assert_array_equal(hash_entries(whole.dictionary_encode(), salt), hashes)
    start = data.draw(st.integers(0, len(values)))
    assert_array_equal(hash_entries(whole.slice(start), salt), hashes[start:])
    one_by_one = [hash_entries(pa.array([v], pa.string()), salt)[0] for v in values]
    assert hashes.tolist() == one_by_one


def test_different_ids_have_different_hashes():
    """100 000 words and numbers; chance alone would give a repeat with probability 3e-10."""
    words = pa.array([f"flight-{i}" for i in range(50_000)])
    both = np.concatenate([hash_entries(words), hash_entries(pa.array(np.arange(50_000)))])
    assert len(np.unique(both)) == 100_000


def test_a_null_is_no_id():
    nothing = hash_entries(pa.nulls(1, pa.string()))[0]
    others = [pa.array([1]), pa.array([0]), pa.array([""]), pa.array(["null"]), pa.array(["\0null"])]
    assert all(hash_entries(column)[0] != nothing for column in others)
    alike = [pa.array([None], pa.int64()), pa.array([np.nan]), pa.nulls(1), pa.array([None], pa.date32())]
    alike += [pa.array(["a", None]).dictionary_encode().slice(1)]
    assert all(hash_entries(column)[0] == nothing for column in alike)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, 2]), None),
        (pa.array([1, None]), [False, True]),
        (pa.array([1.0, np.nan, None]), [False, True, True]),
        (pa.array(["a", None]).dictionary_encode(), [False, True]),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array([1.5, np.nan])), [False, True, False]),
        (pa.nulls(2), [True, True]),
        (pa.array([], pa.float64()), None),
    ],
    ids=lambda v: str(getattr(v, "type", v)),
)
def test_nameless_rows(column, expected):
    found = nameless(column)
    assert (None if found is None else found.tolist()) == expected


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), pa.timestamp("ns", tz="UTC"), pa.time32("s")], ids=str
)
def test_times_may_be_ids(kind):
    column = pa.array([0, 86_400_000, None, 0], pa.int64()).cast(
        pa.int32() if kind.bit_width == 32 else pa.int64()
    )
    hashes = hash_entries(column.view(kind))
    assert hashes[0] == hashes[3]
    assert len(set(hashes.tolist())) == 3


def test_rows_without_an_id_column_are_named_by_their_number():
    table = pa.record_batch({"x": [1, 2, 3]})
    whole = Batch(table, first_row=5).keys(None)
    assert_array_equal(Batch(table.slice(1), first_row=6).keys(None), whole[1:])
    assert_array_equal(whole, mix(np.array([5, 6, 7], np.uint64)))


def test_salt_gives_other_hashes():
    column = pa.array(["a", "b", "7", None])
    assert not (hash_entries(column, 1) == hash_entries(column, 2)).any()


@pytest.mark.parametrize("text", ["a", "ab", "abcdef", "x-1"])
def test_short_text_is_far_from_every_small_number(text):
    """A text is hashed by its bytes; on their own those would be the bytes of a number."""
    bare = int.from_bytes(text.encode(), "little")
    assert hash_entries(pa.array([text]))[0] not in hash_entries(pa.array([bare, bare ^ len(text)]))
