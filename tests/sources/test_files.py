"""Files are read where they lie; what cannot be read is left out, named and counted."""

import gzip
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vedette.errors import DataError
from vedette.sources import csv as csv_source
from vedette.sources.base import open_source
from vedette.sources.paths import files_of

ROWS = pa.table({"x": list(range(10)), "c": list("abcdefghij")})


def entries(source, column):
    parts = source.partitions()
    return [v for p in parts for b in p.read([column], []) for v in b.column(column).to_pylist()]


def code_of(given):
    with pytest.raises(DataError) as raised:
        open_source(given)
    return raised.value.code


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "2024").mkdir()
    pq.write_table(ROWS.slice(0, 4), tmp_path / "2024" / "a.parquet")
    pq.write_table(ROWS.slice(4), tmp_path / "b.pq", row_group_size=2)
    (tmp_path / "_SUCCESS.csv").write_text("")
    (tmp_path / ".hidden.parquet").write_text("")
    (tmp_path / "notes.txt").write_text("not rows")
    return tmp_path


class TestPaths:
    def test_a_folder_names_its_files_in_order_without_hidden_ones(self, folder):
        assert files_of(folder) == [folder / "2024" / "a.parquet", folder / "b.pq"]

    def test_patterns_and_lists(self, folder):
        assert files_of(str(folder / "**" / "*.parquet"))[-1] == folder / "2024" / "a.parquet"
        assert files_of([folder / "b.pq", str(folder / "2024")]) == [
            folder / "b.pq",
            folder / "2024" / "a.parquet",
        ]

    def test_what_is_no_path_names_none(self):
        assert files_of(7) == files_of([]) == files_of({"a": 1}) == []


class TestParquet:
    def test_a_folder_is_read_in_order(self, folder):
        source = open_source(folder)
        assert entries(source, "x") == list(range(10))
        assert source.rows == 10
        assert [p.first_row for p in source.partitions()] == [0, 4]

    def test_large_files_come_in_runs_of_row_groups(self, tmp_path, monkeypatch):
        monkeypatch.setattr("vedette.sources.parquet.PARTITION_ROWS", 5)
        pq.write_table(ROWS, tmp_path / "r.parquet", row_group_size=2)
        parts = open_source(tmp_path / "r.parquet").partitions()
        assert [(p.first_row, p.rows) for p in parts] == [(0, 4), (4, 4), (8, 2)]
        assert entries(open_source(tmp_path / "r.parquet"), "x") == list(range(10))

    def test_columns_of_all_files_are_known(self, folder):
        pq.write_table(pa.table({"x": [10], "new": [1.5]}), folder / "c.parquet")
        source = open_source(folder)
        assert source.names == ["x", "c", "new"]
        assert entries(source, "x") == list(range(11))

    def test_text_that_polars_wrote_is_read_as_a_dictionary_when_asked(self, tmp_path):
        pl.DataFrame({"c": ["a", "b", "a"]}).write_parquet(tmp_path / "p.parquet")
        (part,) = open_source(tmp_path / "p.parquet").partitions()
        (batch,) = part.read(["c"], ["c"])
        assert pa.types.is_dictionary(batch.schema.types[0])

    def test_a_truncated_file_among_others_is_broken(self, folder):
        whole = (folder / "b.pq").read_bytes()
        (folder / "b.pq").write_bytes(whole[: len(whole) // 2])
        source = open_source(folder)
        assert entries(source, "x") == [0, 1, 2, 3]
        assert [b.name for b in source.broken] == [str(folder / "b.pq")]

    @pytest.mark.parametrize("wire", [b"", b"PAR1", b"not parquet at all", b"PAR1" + bytes(100) + b"PAR1"])
    def test_a_file_that_is_none_says_so(self, tmp_path, wire):
        (tmp_path / "x.parquet").write_bytes(wire)
        assert code_of(tmp_path / "x.parquet") == "source.unreadable"

    def test_when_no_file_can_be_opened_it_says_so(self, tmp_path):
        for name in "ab":
            (tmp_path / f"{name}.parquet").write_bytes(b"?")
        assert code_of(tmp_path) == "source.unreadable"

    def test_a_file_that_is_not_there_says_so(self, tmp_path):
        assert code_of(tmp_path / "x.parquet") == "source.missing-file"
        assert code_of(str(tmp_path / "x.csv")) == "source.missing-file"

    def test_an_empty_folder_says_so(self, tmp_path):
        assert code_of(tmp_path) == "source.missing-file"
        assert code_of(str(tmp_path / "*.parquet")) == "source.missing-file"

    def test_a_csv_among_parquet_is_broken_and_named(self, folder):
        (folder / "c.csv").write_text("x,c\n10,k\n")
        assert [b.name for b in open_source(folder).broken] == [str(folder / "c.csv")]


class TestCsv:
    def write(self, path, *lines):
        path.write_text("\n".join(["x,c", *lines, ""]))
        return path

    def test_types_are_found(self, tmp_path):
        source = open_source(self.write(tmp_path / "r.csv", "1,a", ",b", "3,"))
        assert entries(source, "x") == [1, None, 3]
        assert entries(source, "c") == ["a", "b", None]

    def test_tabs_and_gzip(self, tmp_path):
        (tmp_path / "r.tsv").write_text("x\tc\n1\ta\n")
        with gzip.open(tmp_path / "r.csv.gz", "wt") as file:
            file.write("x,c\n1,a\n")
        for name in ("r.tsv", "r.csv.gz"):
            assert entries(open_source(tmp_path / name), "c") == ["a"]

    def test_a_header_without_rows_is_an_empty_table(self, tmp_path):
        source = open_source(self.write(tmp_path / "r.csv"))
        assert source.names == ["x", "c"]
        assert entries(source, "x") == []

    def test_a_column_that_turns_to_text_is_read_on_as_text_and_the_others_keep_their_type(
        self, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(csv_source, "BLOCK", 64)
        lines = [f"{i},{i}.5" for i in range(100)]
        lines[60] = "sixty,60.5"
        lines[80] = "80,none"
        source = open_source(self.write(tmp_path / "r.csv", *lines))
        (part,) = source.partitions()
        tables = list(part.read(["x", "c"], []))
        assert [str(v) for t in tables for v in t.column("x").to_pylist()] == [
            line.split(",")[0] for line in lines
        ]
        assert [str(v) for t in tables for v in t.column("c").to_pylist()] == [
            line.split(",")[1] for line in lines
        ]
        kinds = [t.schema.field("c").type for t in tables]
        assert kinds[0] == pa.float64()
        changes = sum(a != b for a, b in pairwise(kinds))
        assert changes == 1

    def test_rows_with_another_number_of_fields_are_left_out_and_counted_once(self, tmp_path):
        source = open_source(self.write(tmp_path / "r.csv", "1,a", "2", "3,b,?", "4,c"))
        for _ in range(2):
            assert entries(source, "x") == [1, 4]
        assert [(b.rows, b.error) for b in source.broken] == [(2, "another number of fields than the header")]

    def test_files_of_a_folder_follow_each_other(self, tmp_path):
        self.write(tmp_path / "1.csv", "1,a")
        self.write(tmp_path / "2.csv", "2,b")
        source = open_source(tmp_path)
        assert entries(source, "x") == [1, 2]
        starts = [p.first_row for p in source.partitions()]
        assert len(set(starts)) == 2  # rows without an id stay different rows

    def test_columns_of_all_files_are_known(self, tmp_path):
        self.write(tmp_path / "1.csv", "1,a")
        (tmp_path / "2.csv").write_text("x,new\n2,7\n")
        assert open_source(tmp_path).names == ["x", "c", "new"]

    def test_an_unreadable_file_among_others_is_broken(self, tmp_path):
        self.write(tmp_path / "1.csv", "1,a")
        (tmp_path / "2.csv").write_text("")
        assert [b.name for b in open_source(tmp_path).broken] == [str(tmp_path / "2.csv")]

    def test_when_no_file_can_be_read_it_says_so(self, tmp_path):
        for name in "12":
            (tmp_path / f"{name}.csv").write_text("")
        assert code_of(tmp_path) == "source.unreadable"
        assert code_of(tmp_path / "1.csv") == "source.unreadable"

    def test_bytes_that_are_not_utf8_are_taken(self, tmp_path):
        (tmp_path / "r.csv").write_bytes(b"x,c\n1,\xff\n2,b\n")
        assert entries(open_source(tmp_path / "r.csv"), "c") == [b"\xff", b"b"]


def test_csv_and_parquet_of_the_same_rows_hold_the_same(tmp_path):
    rng = np.random.default_rng(0)
    frame = pl.DataFrame(
        {"x": rng.integers(0, 9, 50), "y": rng.normal(size=50), "c": rng.choice(list("ab"), 50)}
    )
    frame.write_csv(tmp_path / "r.csv")
    frame.write_parquet(tmp_path / "r.parquet")
    one, other = open_source(tmp_path / "r.csv"), open_source(tmp_path / "r.parquet")
    for name in frame.columns:
        assert entries(one, name) == entries(other, name) == frame[name].to_list()
