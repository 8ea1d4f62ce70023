"""Write states as this release encodes them, for the test that every later one still reads them.

A file is written once, when a summary or its codec is new, and never again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pyarrow as pa

from vedette import registry
from vedette.batch import Batch
from vedette.cells import Cells
from vedette.testing.rows import law_rows

WIRE = Path(__file__).resolve().parents[1] / "tests" / "wire"
GROUPS = ("u", "v", "w")


def main() -> int:
    """Write what is missing and name it."""
    batch = rows()
    cells = Cells(batch.codes("g", GROUPS), len(GROUPS))
    for kind in registry.names("summary"):
        summary = registry.load("summary", kind)
        path = WIRE / f"{kind}-v{summary.codec}.msgpack"
        if not path.exists():
            states = [spec.observe(batch, cells).encode() for spec in summary.examples()]
            path.write_bytes(msgspec.msgpack.encode(states))
            print(f"  wrote {path.relative_to(WIRE.parents[1])}")
    return 0


def rows() -> Batch:
    """Return the rows of all wire files; a column that is new in the law rows is added to the stored ones."""
    path, fresh = WIRE / "rows.arrow", law_rows(48, 1)
    with path.open("rb") if path.exists() else pa.BufferReader(_stream(fresh.table)) as source:
        table = pa.ipc.open_stream(source).read_next_batch()
    for name in fresh.names:
        if name not in table.schema.names:
            table = table.append_column(name, fresh.arrow(name))
    path.write_bytes(_stream(table))
    return Batch(table)


def _stream(table: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_batch(table)
    return bytes(sink.getvalue())


if __name__ == "__main__":
    sys.exit(main())
