"""Files that are damaged, vanish, or are larger than memory."""

import subprocess
import sys
import textwrap

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.badinput.conftest import ROWS, SCHEMA, make_log, noted

import vedette as vd
from vedette.errors import DataError


@pytest.fixture
def parts(tmp_path, log):
    """Return a folder of three files of 200 rows."""
    folder = tmp_path / "current"
    folder.mkdir()
    for i in range(3):
        pq.write_table(pa.table(log).slice(200 * i, 200), folder / f"{i}.parquet", row_group_size=50)
    return folder


def damage_page(path):
    """Overwrite the first page; the footer stays whole, so that the file opens."""
    wire = bytearray(path.read_bytes())
    wire[4:600] = bytes(596)
    path.write_bytes(wire)


class TestAmongOthers:
    """One of three files is bad: its rows are left out and named, the others count."""

    def check(self, report, part, count):
        assert report.rows == 400
        (note,) = [n for n in report.notes if n.code == "source.quarantined"]
        assert part in note.message
        assert note.count == count
        assert report.estimate("row_count").value == 400

    def test_a_truncated_file(self, parts):
        (parts / "1.parquet").write_bytes((parts / "1.parquet").read_bytes()[:700])
        self.check(vd.compare(make_log(0), parts, SCHEMA), "1.parquet", None)

    def test_a_damaged_file_counts_not_at_all(self, parts):
        damage_page(parts / "1.parquet")
        self.check(vd.compare(make_log(0), parts, SCHEMA), "1.parquet", 200)

    def test_a_damaged_file_counts_not_at_all_by_window(self, parts):
        damage_page(parts / "1.parquet")
        self.check(vd.compare(make_log(0), parts, SCHEMA, every="6h"), "1.parquet", 200)

    def test_an_empty_file(self, parts):
        (parts / "1.parquet").write_bytes(b"")
        self.check(vd.compare(make_log(0), parts, SCHEMA), "1.parquet", None)

    def test_a_file_that_disappears_while_read(self, tmp_path, log):
        """Few files are read ahead, so that the last of twelve is still unread when the first is counted."""
        for i in range(12):
            pq.write_table(pa.table(log).slice(50 * i, 50), tmp_path / f"{i:02}.parquet")
        last = tmp_path / "11.parquet"
        report = vd.compare(
            make_log(0), tmp_path, SCHEMA, threads=1, progress=lambda *_: last.unlink(missing_ok=True)
        )
        assert report.rows == ROWS - 50
        assert noted(report) == {("source.quarantined", None): 50}

    def test_in_the_reference_it_is_said_too(self, parts, log):
        damage_page(parts / "1.parquet")
        report = vd.compare(parts, log, SCHEMA)
        assert report.baseline.rows == 400
        (note,) = [n for n in report.notes if n.code == "source.quarantined"]
        assert note.message.startswith("In the reference: ")

    def test_among_labels_it_is_said_too(self, parts, log):
        damage_page(parts / "1.parquet")
        rows = {name: column for name, column in log.items() if name != "label"}
        report = vd.compare(make_log(0), rows, SCHEMA, labels=parts)
        assert noted(report) == {("source.quarantined", None): 200}
        assert report.estimate("label_coverage").value == pytest.approx(400 / ROWS)


class TestAlone:
    """Nothing else is left to count: this is an error."""

    @pytest.mark.parametrize("length", [0, 4, 700])
    def test_a_truncated_file(self, parts, length):
        path = parts / "1.parquet"
        path.write_bytes(path.read_bytes()[:length])
        for sides in ((make_log(0), path), (path, make_log(0))):
            with pytest.raises(DataError, match=r"1\.parquet") as raised:
                vd.compare(*sides, SCHEMA)
            assert raised.value.code == "source.unreadable"

    def test_a_damaged_file(self, parts):
        damage_page(parts / "1.parquet")
        for sides in ((make_log(0), parts / "1.parquet"), (parts / "1.parquet", make_log(0))):
            with pytest.raises(DataError) as raised:
                vd.compare(*sides, SCHEMA)
            assert raised.value.code == "source.unreadable"

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(DataError) as raised:
            vd.compare(make_log(0), tmp_path / "none.parquet", SCHEMA)
        assert raised.value.code == "source.missing-file"

    def test_a_damaged_baseline(self, tmp_path, log):
        path = vd.Baseline.fit(make_log(0), SCHEMA).save(tmp_path / "b.vedette")
        wire = bytearray(path.read_bytes())
        wire[len(wire) // 2] ^= 1
        path.write_bytes(wire)
        with pytest.raises(vd.VedetteError) as raised:
            vd.compare(path, log)
        assert raised.value.code == "baseline.damaged"


def test_csv_with_ragged_rows_and_words_among_numbers(tmp_path):
    lines = ["x,c", *(f"{i},a" for i in range(200))]
    lines[100] = "n/a?,a"
    lines[150:152] = ["1,a,surplus", "lonely"]
    (tmp_path / "now.csv").write_text("\n".join(lines))
    report = vd.compare({"x": list(range(200)), "c": ["a"] * 200}, tmp_path / "now.csv")
    assert report.rows == 198
    assert noted(report) == {("column.wrong-type", "x"): 1, ("source.quarantined", None): 2}


PEAK = """
    import resource, sys
    import numpy as np, pyarrow as pa, pyarrow.parquet as pq
    import vedette as vd

    copies, path = int(sys.argv[1]), sys.argv[2]
    rng = np.random.default_rng(0)
    n = 100_000
    group = pa.table({f"x{i}": rng.normal(size=n) for i in range(12)} | {"c": rng.choice(list("abcdef"), n)})
    with pq.ParquetWriter(path, group.schema) as writer:
        for _ in range(copies):
            writer.write_table(group, row_group_size=n)
    baseline = vd.Baseline.fit(group.slice(0, 20_000))
    del group
    report = vd.compare(baseline, path, threads=2)
    assert report.rows == copies * n
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path):
    """Ten million bytes a row group: twelve of them take no more than three, within 60 MB."""
    few, many = (
        int(
            subprocess.run(
                [
                    sys.executable,
                    "-W",
                    "error",
                    "-c",
                    textwrap.dedent(PEAK),
                    str(copies),
                    str(tmp_path / "big.parquet"),
                ],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for copies in (4, 16)
    )
    assert many < few + 60, (few, many)
