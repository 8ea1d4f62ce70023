"""The same rows give the same states: any frame library, any number of pieces, any order, delivered twice."""

from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from vedette.engine.fit import fit_layout
from vedette.engine.scan import Wanted, scan
from vedette.engine.span import windows_over
from vedette.errors import DataError, UnknownNameError
from vedette.sources.base import open_source


def specs_of(layout):
    specs = [s for c in layout.monitored() for s in (layout.bins(c.name), layout.counts(c.name))]
    specs += [layout.moments(c.name) for c in layout.monitored() if c.kind == "number"]
    return (*specs, layout.confusion(), layout.score_bins())


@pytest.fixture
def layout(rows, schema):
    return fit_layout(open_source(rows), schema)


@pytest.fixture
def wanted(layout):
    return Wanted(specs_of(layout), specs_of(layout))


def assert_same(one, other):
    """Counts equal to the bit, sums to the order of addition."""
    assert one.states.keys() == other.states.keys()
    for key, state in one.states.items():
        for name, array in state.arrays.items():
            beside = other.states[key].arrays[name]
            if array.dtype.kind == "i":
                np.testing.assert_array_equal(array, beside, err_msg=f"{key} {name}")
            else:
                np.testing.assert_allclose(array, beside, rtol=1e-12, atol=1e-9, err_msg=f"{key} {name}")


def pieces(table, folder, count):
    bounds = np.linspace(0, table.num_rows, count + 1).astype(int)
    folder.mkdir()
    for i, (a, b) in enumerate(pairwise(bounds)):
        pq.write_table(table.slice(a, b - a), folder / f"part-{i:04d}.parquet")
    return folder


FRAMES = {
    "pandas": lambda t: t.to_pandas(),
    "pandas arrow": lambda t: t.to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.from_arrow,
    "polars lazy": lambda t: pl.from_arrow(t).lazy(),
    "duckdb": duckdb.from_arrow,
    "mapping": lambda t: {name: t.column(name).to_numpy(zero_copy_only=False) for name in t.column_names},
    "records": lambda t: t.to_pylist(),
    "reader": lambda t: t.to_reader(max_chunksize=97),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_frame_gives_the_same_states(kind, rows, layout, wanted):
    assert_same(
        scan(open_source(FRAMES[kind](rows)), layout, wanted), scan(open_source(rows), layout, wanted)
    )


@pytest.mark.parametrize("count", [1, 7, 300])
def test_parquet_in_any_number_of_pieces_gives_the_same_states(count, rows, layout, wanted, tmp_path):
    folder = pieces(rows, tmp_path / "parts", count)
    assert_same(scan(open_source(folder), layout, wanted), scan(open_source(rows), layout, wanted))


def test_csv_gives_the_same_states(rows, layout, wanted, tmp_path):
    pa.csv.write_csv(rows, tmp_path / "rows.csv")
    assert_same(
        scan(open_source(tmp_path / "rows.csv"), layout, wanted), scan(open_source(rows), layout, wanted)
    )


def test_shuffled_rows_give_the_same_states(rows, layout, wanted):
    order = np.random.default_rng(1).permutation(rows.num_rows)
    shuffled = scan(open_source(rows.take(order)), layout, wanted)
    assert_same(shuffled, scan(open_source(rows), layout, wanted))


def test_rows_delivered_twice_count_once_and_the_number_is_shown(rows, layout, wanted, tmp_path):
    twice = pa.concat_tables([rows, rows])
    pieces(twice, tmp_path / "parts", 5)
    for source in (twice, tmp_path / "parts"):
        cube = scan(open_source(source), layout, wanted)
        assert_same(cube, scan(open_source(rows), layout, wanted))
        assert [n.count for n in cube.notes if n.code == "rows.duplicate-id"] == [rows.num_rows]


def test_the_last_delivery_of_an_id_counts(rows, layout, wanted):
    corrected = rows.set_column(rows.column_names.index("age"), "age", pa.array(np.full(rows.num_rows, 40)))
    both = pa.concat_tables([rows.slice(0, 100), corrected])
    assert_same(scan(open_source(both), layout, wanted), scan(open_source(corrected), layout, wanted))


def test_windows_in_any_order_of_rows_are_the_same(rows, layout, wanted):
    windows, _ = windows_over(open_source(rows), layout, "6h")
    order = np.random.default_rng(1).permutation(rows.num_rows)
    sorted_rows = scan(open_source(rows), layout, wanted, windows)
    assert_same(scan(open_source(rows.take(order)), layout, wanted, windows), sorted_rows)
    assert_same(sorted_rows.over_time(), scan(open_source(rows), layout, wanted))


def test_windows_of_rows_follow_the_order_of_the_source(rows, layout, wanted, tmp_path):
    windows, by_row = windows_over(open_source(rows), layout, "500 rows")
    cube = scan(open_source(rows), layout, wanted, windows, by_row=by_row)
    counted = cube.state(layout.counts("age"))["rows"]
    assert counted.tolist() == [500] * 6
    pa.csv.write_csv(rows, tmp_path / "rows.csv")
    windows, by_row = windows_over(open_source(tmp_path / "rows.csv"), layout, "500 rows")
    assert_same(scan(open_source(tmp_path / "rows.csv"), layout, wanted, windows, by_row=True), cube)


def test_rows_without_a_time_are_counted_and_belong_to_no_window(rows, layout, wanted):
    at = rows.column("at").combine_chunks().to_pylist()
    at[:7] = [None] * 7
    untimed = rows.set_column(rows.column_names.index("at"), "at", pa.array(at, pa.timestamp("us", tz="UTC")))
    windows, _ = windows_over(open_source(untimed), layout, "1d")
    cube = scan(open_source(untimed), layout, wanted, windows)
    assert [n.count for n in cube.notes if n.code == "rows.no-time"] == [7]
    assert cube.over_time().state(layout.counts("age"))["rows"].tolist() == [rows.num_rows - 7]


def test_threads_do_not_change_anything(rows, layout, wanted, tmp_path):
    folder = pieces(rows, tmp_path / "parts", 20)
    one = scan(open_source(folder), layout, wanted, threads=1)
    many = scan(open_source(folder), layout, wanted, threads=4)
    assert all(state == many.states[key] for key, state in one.states.items())


def test_a_truncated_file_is_quarantined_and_the_others_count(rows, layout, wanted, tmp_path):
    folder = pieces(rows, tmp_path / "parts", 3)
    broken = folder / "part-0001.parquet"
    broken.write_bytes(broken.read_bytes()[:200])
    cube = scan(open_source(folder), layout, wanted)
    assert cube.rows == 2000
    assert [n.code for n in cube.notes] == ["source.quarantined"]
    assert "part-0001" in cube.notes[0].message


def test_a_file_damaged_in_its_middle_counts_not_at_all(rows, layout, wanted, tmp_path):
    folder = pieces(rows, tmp_path / "parts", 2)
    broken = folder / "part-0000.parquet"
    wire = bytearray(broken.read_bytes())
    wire[4:2000] = bytes(1996)  # the header of the first page is gone
    broken.write_bytes(wire)
    cube = scan(open_source(folder), layout, wanted)
    assert cube.rows == 1500
    assert [(n.code, n.count) for n in cube.notes] == [("source.quarantined", 1500)]


def test_a_file_that_disappears_while_read_is_quarantined(rows, layout, wanted, tmp_path):
    source = open_source(pieces(rows, tmp_path / "parts", 3))
    (tmp_path / "parts" / "part-0002.parquet").unlink()
    cube = scan(source, layout, wanted)
    assert cube.rows == 2000
    assert [n.count for n in cube.notes] == [1000]


def test_when_nothing_can_be_read_it_raises(rows, layout, wanted, tmp_path):
    pq.write_table(rows, tmp_path / "rows.parquet")
    source = open_source(tmp_path / "rows.parquet")
    (tmp_path / "rows.parquet").unlink()
    with pytest.raises(DataError) as raised:
        scan(source, layout, wanted)
    assert raised.value.code == "source.unreadable"


def test_a_missing_role_column_suggests_the_nearest_name(rows, layout, wanted):
    with pytest.raises(UnknownNameError, match="Did you mean 'scroe'") as raised:
        scan(open_source(rows.rename_columns({"score": "scroe"})), layout, wanted)
    assert raised.value.code == "schema.unknown-column"


def test_an_absent_feature_is_all_missing_and_said(rows, layout, wanted):
    cube = scan(open_source(rows.drop_columns(["age"])), layout, wanted)
    assert cube.state(layout.counts("age"))["missing"].tolist() == [rows.num_rows]
    assert [(n.code, n.column) for n in cube.notes] == [("column.absent", "age")]
