"""Arrow files: streams, as the logger writes them, and the file format (Feather), read where they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from vedette.sources.base import Partition, Source, opened, united
from vedette.sources.paths import files_of

#: Endings of the names: the first two are the registered ones of the file format and the stream format.
ENDINGS = (".arrow", ".arrows", ".feather")
#: First bytes of the file format; anything else is read as a stream.
_MAGIC = b"ARROW1"
#: Streams are not counted before they are read: rows of the next file are numbered from here on.
_APART = 1 << 40


class Arrow(Source):
    """One or more Arrow files, or folders of them: one partition a file.

    A file that cannot be opened is `broken` and counted; it raises only when no file can be opened. A column that
    one file does not have is missing there, so that a folder may grow columns.
    """

    order: ClassVar[int] = 15

    def __init__(self, given: Any) -> None:
        found, self.broken = opened(given, files_of(given), _schema)
        schemas = dict(found)
        self.files = list(schemas)
        self.columns = united(_told_first(list(schemas.values())))

    @classmethod
    def accepts(cls, given: Any) -> bool:
        """Tell whether `given` is a path, or paths, of Arrow files."""
        return any(path.suffix in ENDINGS for path in files_of(given))

    def partitions(self) -> list[Partition]:
        """Return one partition a file."""
        return [
            Partition(str(path), i * _APART, None, self._reader(path)) for i, path in enumerate(self.files)
        ]

    def _reader(self, path: Path) -> Any:
        def read(columns: Sequence[str], texts: Sequence[str]) -> Iterator[pa.RecordBatch]:
            with _mapped(path) as file:
                for batch in _batches(_opened(file)):
                    yield self._chosen(batch, columns)

        return read

    def _chosen(self, batch: pa.RecordBatch, columns: Sequence[str]) -> pa.RecordBatch:
        known = [c for c in columns if c in self.columns.names]
        there = batch.schema.names
        arrays = [batch.column(c) if c in there else pa.nulls(batch.num_rows) for c in known]
        if not known:
            return batch.select([])
        return pa.RecordBatch.from_arrays(arrays, names=known)


def _mapped(path: Path) -> pa.NativeFile:
    return pa.memory_map(str(path))


def _schema(path: Path) -> pa.Schema:
    with _mapped(path) as file:
        return _opened(file).schema


def _opened(file: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    start = file.read(len(_MAGIC))
    file.seek(0)
    return pa.ipc.open_file(file) if start == _MAGIC else pa.ipc.open_stream(file)


def _batches(
    reader: pa.RecordBatchFileReader | pa.RecordBatchStreamReader,
) -> Iterator[pa.RecordBatch]:
    if isinstance(reader, pa.RecordBatchFileReader):
        yield from (reader.get_batch(i) for i in range(reader.num_record_batches))
    else:
        yield from reader


def _told_first(schemas: Sequence[pa.Schema]) -> list[pa.Schema]:
    """Return the schemas without the columns of which a file knows no type, followed by those."""
    typed = [pa.schema([f for f in s if not pa.types.is_null(f.type)]) for s in schemas]
    return [*typed, *schemas]
