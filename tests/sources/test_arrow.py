"""Arrow files, streams and the file format, are read like any other rows."""

import pyarrow as pa
import pytest

import vedette as vd
from vedette.errors import DataError
from vedette.sources.arrow import Arrow
from vedette.sources.base import open_source


def write(path, table, *, stream=True):
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table, max_chunksize=3)


def read(source, *columns):
    batches = [b for p in source.partitions() for b in p.read(columns or source.names, [])]
    return pa.Table.from_batches(batches).to_pydict()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("ending", ["arrow", "arrows", "feather"])
def test_both_formats_are_read(tmp_path, stream, ending):
    write(tmp_path / f"a.{ending}", pa.table({"x": range(10)}), stream=stream)
    source = open_source(tmp_path / f"a.{ending}")
    assert isinstance(source, Arrow)
    assert read(source) == {"x": list(range(10))}


def test_a_column_that_a_file_lacks_is_missing_there(tmp_path):
    write(tmp_path / "a.arrow", pa.table({"x": [1], "y": pa.nulls(1)}))
    write(tmp_path / "b.arrow", pa.table({"x": ["two"], "y": [2.0], "z": [3]}))
    write(tmp_path / "c.arrow", pa.table({"z": [4]}))
    source = open_source(tmp_path)
    assert source.names == ["x", "y", "z"]
    assert source.columns.field("y").type == pa.float64()
    batches = [b.to_pydict() for p in source.partitions() for b in p.read(["z", "y"], [])]
    assert batches == [{"z": [None], "y": [None]}, {"z": [3], "y": [2.0]}, {"z": [4], "y": [None]}]


def test_a_damaged_file_is_left_out_and_named(tmp_path):
    write(tmp_path / "a.arrow", pa.table({"x": range(5)}))
    (tmp_path / "b.arrow").write_bytes(b"no arrow")
    source = open_source(tmp_path)
    assert read(source) == {"x": list(range(5))}
    assert [b.name for b in source.broken] == [str(tmp_path / "b.arrow")]
    with pytest.raises(DataError) as raised:
        open_source(tmp_path / "b.arrow")
    assert raised.value.code == "source.unreadable"


def test_a_file_cut_short_is_quarantined_and_the_rest_is_compared(tmp_path):
    table = pa.table({"x": [float(i % 7) for i in range(4000)]})
    write(tmp_path / "a.arrow", table)
    write(tmp_path / "b.arrow", table)
    wire = (tmp_path / "b.arrow").read_bytes()
    (tmp_path / "b.arrow").write_bytes(wire[: len(wire) // 2])
    report = vd.compare(table, tmp_path)
    assert any(n.code == "source.quarantined" and "b.arrow" in n.message for n in report.notes)


def test_it_gives_the_report_that_parquet_gives(tmp_path):
    import pyarrow.parquet as pq

    table = pa.table({"x": [float(i % 7) for i in range(1000)], "c": ["a", "b"] * 500})
    write(tmp_path / "a.arrow", table)
    pq.write_table(table, tmp_path / "a.parquet")
    reference = {"x": [1.0, 2.0, 3.0] * 100, "c": ["a"] * 300}
    one, other = (vd.compare(reference, tmp_path / f"a.{e}") for e in ("arrow", "parquet"))
    assert one.to_dict() == other.to_dict()
