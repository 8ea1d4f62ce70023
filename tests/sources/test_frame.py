"""Any frame comes in as it is; what Arrow cannot hold becomes text and is counted, never an error."""

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from vedette.batch import Batch
from vedette.errors import VedetteError
from vedette.sources.base import open_source

COLUMNS = {"n": [1, 2, None], "x": [0.5, None, 2.5], "c": ["a", None, "b"], "b": [True, False, None]}


def batches(given, columns=None):
    source = open_source(given)
    names = columns or source.names
    return [batch for part in source.partitions() for batch in part.read(names, [])]


def entries(given, column):
    return [value for batch in batches(given) for value in batch.column(column).to_pylist()]


def code_of(given):
    with pytest.raises(VedetteError) as raised:
        open_source(given)
    return raised.value.code


def pandas_frame():
    return pd.DataFrame({"n": pd.array([1, 2, None], "Int64"), **{k: COLUMNS[k] for k in "xc"}})


FRAMES = {
    "mapping": lambda: COLUMNS,
    "records": lambda: [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)],
    "table": lambda: pa.table(COLUMNS),
    "batch": lambda: pa.record_batch(COLUMNS),
    "reader": lambda: pa.table(COLUMNS).to_reader(),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "lazy polars": lambda: pl.LazyFrame(COLUMNS),
    "pandas": pandas_frame,
    "duckdb": lambda: duckdb.from_arrow(pa.table(COLUMNS)),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_holds_the_same(kind):
    given = FRAMES[kind]()
    assert open_source(given).rows == 3
    for name in open_source(FRAMES[kind]()).names:
        assert entries(FRAMES[kind](), name) == COLUMNS[name]


def test_only_the_columns_asked_for_are_read():
    assert [b.schema.names for b in batches(COLUMNS, ["x", "absent"])] == [["x"]]


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["a", "b"])], ids=str)
def test_polars_text_can_be_filtered(dtype):
    """polars hands over string views, of which Arrow can take no rows."""
    frame = pl.DataFrame({"c": pl.Series(["a", None, "b"], dtype=dtype)})
    (batch,) = [Batch(table) for table in batches(frame)]
    assert batch.take(np.array([True, False, True])).codes("c", ("b", "a")).tolist() == [1, 0]
    assert open_source(frame).columns.types == [table.schema.types[0] for table in batches(frame)]


def test_binary_views_become_plain():
    frame = pl.DataFrame({"c": [b"a", b"b"]})
    assert [b.schema.types for b in batches(frame)] == [[pa.binary()]]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"x": range(9)}).sample(frac=1, random_state=0),
        pd.DataFrame({"x": range(9)})[lambda d: d.x % 2 == 0],
        pd.DataFrame({"x": range(4)}, index=pd.MultiIndex.from_product([[0, 1], [0, 1]])),
    ],
    ids=["shuffled", "filtered", "two levels"],
)
def test_row_labels_of_pandas_are_no_column(frame):
    """A split or shuffled frame has row labels that differ from the reference's by construction."""
    assert open_source(frame).names == ["x"]


def test_an_index_with_a_name_is_a_column():
    assert open_source(pd.DataFrame({"x": [1]}, index=pd.Index(["e1"], name="event"))).names == ["x", "event"]


MIXED = [
    1,
    "x",
    2.0,
    None,
    True,
    float("nan"),
    date(2024, 1, 2),
    np.float32(3),
    np.bool_(False),
    pd.NA,
    pd.NaT,
]
SPELLED = ["1", "x", "2", None, "1", None, "2024-01-02", "3", "0", None, None]


@pytest.mark.parametrize("make", [lambda c: c, pd.DataFrame], ids=["mapping", "pandas"])
def test_mixed_types_become_text_in_the_one_spelling(make):
    given = make({"m": pd.Series(MIXED, dtype=object), "x": range(len(MIXED))})
    assert entries(given, "m") == SPELLED
    assert entries(given, "x") == list(range(len(MIXED)))


def test_integers_beyond_64_bits_are_taken():
    assert entries({"n": [2**70, 1]}, "n") == [str(2**70), "1"]


def test_broken_text_is_taken():
    assert entries({"c": ["\ud800a", "b"]}, "c") == ["?a", "b"]


def test_a_matrix_is_a_column_of_vectors():
    source = open_source({"e": np.zeros((3, 4)), "x": np.zeros(3)})
    assert source.rows == 3
    assert pa.types.is_fixed_size_list(source.columns.field("e").type)


def test_records_may_lack_a_key():
    assert entries([{"a": 1}, {"a": 2, "b": "x"}], "b") == [None, "x"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), "source.duplicate-column"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "source.duplicate-column"),
        ({1: [1], "1": [2]}, None),
        ({"a": [1, 2], "b": [1]}, "source.ragged"),
        ({"a": 1}, "source.not-an-array"),
        ({"a": "text"}, "source.not-an-array"),
        ({}, "source.no-columns"),
        (pa.table({}), "source.no-columns"),
        (7, "source.unknown-type"),
        (None, "source.unknown-type"),
        ([], "source.unknown-type"),
        (object(), "source.unknown-type"),
    ],
    ids=lambda given: (
        type(given).__name__ if not isinstance(given, str) else given
    ),  # no address: names must not vary
)
def test_what_is_no_table_says_so(given, code):
    if code is None:
        assert open_source(given).names == ["1"]  # a mapping keeps the last of two equal names
    else:
        assert code_of(given) == code


def test_rows_come_in_partitions_that_name_their_rows(monkeypatch):
    monkeypatch.setattr("vedette.sources.frame.PARTITION_ROWS", 4)
    parts = open_source({"x": list(range(10))}).partitions()
    assert [(p.first_row, p.rows) for p in parts] == [(0, 4), (4, 4), (8, 2)]
    assert len({p.name for p in parts}) == 3
    assert [v for p in parts for b in p.read(["x"], []) for v in b.column("x").to_pylist()] == list(range(10))


def test_dictionaries_that_differ_between_chunks_are_taken():
    chunks = [pa.array(["a", "b"]).dictionary_encode(), pa.array(["c"]).dictionary_encode()]
    assert entries(pa.table({"c": pa.chunked_array(chunks)}), "c") == ["a", "b", "c"]
