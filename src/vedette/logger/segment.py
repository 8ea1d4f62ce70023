"""A segment: some rows of one kind in their wire form, named by source and number, sent as a whole or not at all."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pyarrow as pa

#: Key of the schema's metadata under which a segment reports the rows that were given up before it.
LOST = b"vedette.lost"
PROFILES = "profiles"
_NAME = re.compile(r"(\d{12})\.(predictions|labels|feedback|profiles)\.(\d+)\.(?:arrow|msgpack)")


@dataclasses.dataclass(eq=False, slots=True)
class Segment:
    """Rows on their way.

    Attributes
    ----------
    source, seq : str, int
        Name for ever: a segment that is sent twice is taken once.
    kind : str
    rows : int
    wire : bytes or None
        None while it lies on disk only.
    lost : dict of str to int
        What it reports as given up; goes back to the logger when the segment itself is given up.
    path : Path or None
    own : bool
        Whether this logger made it; else it was adopted from a process that ended.
    """

    source: str
    seq: int
    kind: str
    rows: int
    wire: bytes | None
    lost: Mapping[str, int]
    path: Path | None = None
    size: int = 0
    own: bool = True

    @property
    def name(self) -> str:
        """File name: number, kind and rows, so that a spool can be counted without being read."""
        return f"{self.seq:012d}.{self.kind}.{self.rows}.{'msgpack' if self.kind == PROFILES else 'arrow'}"

    @property
    def key(self) -> str:
        """Key under which a server knows it again."""
        return f"{self.source}/{self.seq}"

    def read(self) -> bytes:
        """Return the wire form, from disk where it lies there."""
        if self.wire is not None:
            return self.wire
        assert self.path is not None
        return self.path.read_bytes()


def found(path: Path, source: str) -> Segment | None:
    """Return the segment that a file of a spool holds, None for any other file."""
    named = _NAME.fullmatch(path.name)
    if named is None:
        return None
    size = path.stat().st_size
    return Segment(source, int(named[1]), named[2], int(named[3]), None, {}, path, size, own=False)


def encoded(table: pa.Table, lost: Mapping[str, int]) -> bytes:
    """Return a table as an Arrow stream with compressed buffers, what was lost before it in its metadata."""
    if lost:
        table = table.replace_schema_metadata({LOST: msgspec.json.encode(dict(lost))})
    out = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(out, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(out.getvalue())
